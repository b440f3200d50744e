/*
 * What statements share: the SQL that says who asks and what they may read, its first columns, and
 * the parameters that say who acts. Private to db/.
 *
 * Parameters of every statement that uses the SQL: $1 repository key, $2 account, $3 its epoch.
 * Each statement looks for the name before the right, since most leaves of a virtual repository do
 * not have the name.
 */
#ifndef DB_PARTS_H
#define DB_PARTS_H

#include "db/access_decision.h"
#include "db/query.h"
#include "db/repository.h"
#include "oci/manifest.h"

/* The principal: one row, whoever asks. An account's rights are its own, its groups', and
 * everybody's who signed in. */
#define SQL_ME                                                                                                  \
	"me AS MATERIALIZED (SELECT coalesce(a.is_admin, false) AS is_admin,"                                   \
	"   $2::int = 0 OR (a.id IS NOT NULL AND a.epoch = $3::int AND NOT a.disabled) AS valid,"               \
	"   CASE WHEN $2 = 0 THEN ARRAY[0]"                                                                     \
	"     ELSE ARRAY(SELECT group_id FROM membership WHERE user_id = $2) || ARRAY[$2, 1] END AS principals" \
	"  FROM (SELECT 1) one LEFT JOIN account a ON a.id = $2)"

/* The repository asked, of that version of the API: one row or none. */
#define SQL_ROOT_OF(version)                                                                          \
	"root AS MATERIALIZED (SELECT id, blacked_out, shadowing_guard, by_timestamp FROM repository" \
	"  WHERE key = $1 AND api_version = " version " AND deleted_at IS NULL)"

/* Inside a FROM with repository_leaf l: the name $4 as it is stored at that leaf. */
#define SQL_PATH "(CASE WHEN l.library AND strpos($4, '/') = 0 THEN 'library/' || $4 ELSE $4 END)"

/* Inside a FROM with repository_leaf l: does the name come through the patterns on the path? */
#define SQL_FITS(name)                                            \
	"(l.include_re IS NULL OR " name " ~ ALL (l.include_re))" \
	" AND (l.exclude_re IS NULL OR " name " !~ ALL (l.exclude_re))"

/* The same of a tag: a pattern may also be about NAME/TAG/manifest.json. */
#define SQL_FITS_TAG(name, tag)                                                      \
	"(l.include_re IS NULL OR " name " ~ ALL (l.include_re)"                     \
	"   OR " name " || '/' || " tag " || '/manifest.json' ~ ALL (l.include_re))" \
	" AND (l.exclude_re IS NULL OR (" name " !~ ALL (l.exclude_re)"              \
	"   AND " name " || '/' || " tag " || '/manifest.json' !~ ALL (l.exclude_re)))"

/* And with me: may the principal read the name there? */
#define SQL_READABLE(name)                                                            \
	"(me.is_admin OR EXISTS (SELECT FROM acl WHERE acl.repository_id = l.leaf_id" \
	"   AND acl.principal_id = ANY (me.principals) AND acl.actions & 1 = 1"       \
	"   AND (acl.include_re IS NULL OR " name " ~ acl.include_re)"                \
	"   AND (acl.exclude_re IS NULL OR " name " !~ acl.exclude_re)))"

/* Over me and root: may the principal read the name $4 on any path? */
#define SQL_READABLE_ANYWHERE                                                           \
	"(me.valid AND EXISTS (SELECT FROM repository_leaf l WHERE l.root_id = root.id" \
	"   AND " SQL_FITS(SQL_PATH) " AND " SQL_READABLE(SQL_PATH) "))"

/* Over me: may the principal know of the repository, since anything may be read there? */
#define SQL_SEEN(repository)                                                                      \
	"me.valid AND (me.is_admin OR EXISTS (SELECT FROM repository_leaf l"                      \
	"   JOIN acl ON acl.repository_id = l.leaf_id AND acl.principal_id = ANY (me.principals)" \
	"     AND acl.actions & 1 = 1 WHERE l.root_id = " repository ".id))"

/* The first columns of a access decision; the fourth, allowed, is the statement's own. */
#define SQL_ACCESS_DECISION "root.id IS NOT NULL, coalesce(root.blacked_out, false), me.valid"

/* The first columns over me, root and target, nine: a access decision for the wanted actions, then
 * what target_read() reads. */
#define SQL_TARGET_COLUMNS(wanted)                                                              \
	"root.id IS NOT NULL, coalesce(target.blacked_out, root.blacked_out, false), me.valid," \
	"  coalesce(target.actions & " wanted " = " wanted ", false),"                          \
	"  target.target_id, target.target_key, target.actions, target.image_id, target.schema1"

/* Of a row that begins so. */
void decision_read(const PGresult *, struct access_decision *);
/* The texts of a column, where one row with NULL stands for none. */
size_t texts_read(struct db *, const PGresult *, int column, const char ***);

/* Account, name, request and address, for the last parameters of functions that audit. What is no
 * UUID or no address is NULL: a deed is not refused because its reporter is odd. */
#define ACTOR_PARAMS 4
void actor_params(struct db *, const struct actor *, struct param params[ACTOR_PARAMS]);
/* The digest and its algorithm; both NULL when there is none. */
void digest_params(
    struct db *, const struct digest *, struct param *algorithm, struct param *value);

/* The members of STATEMENT_args that say who acts, and who asks. */
#define ACTOR_ARGS(who)                                                                        \
	.actor = (who)->account, .actor_name = actor_name(who), .request = actor_request(who), \
	.address = actor_address(who)
#define VIEWER_ARGS(principal) .account = (principal)->account, .epoch = (principal)->epoch
/* A digest as two members; without one SQL's NULL and 0. */
struct bytes digest_bytes(const struct digest *);
int digest_number(const struct digest *);
bool digest_read(struct digest *, int algorithm, struct bytes value) MUST_CHECK;
/* "" without one; NULL for what is no UUID or no address: a deed is not refused because its
 * reporter is odd. */
const char *actor_name(const struct actor *);
const char *actor_request(const struct actor *);
const char *actor_address(const struct actor *);
const char *address_or_null(const char *address);

/* The answer of a function that gives a reason if it cannot; else NOT_FOUND with that. */
bool is_done(const char *reason, struct error *) MUST_CHECK;

/* A row's first columns. */
#define ACCESS_DECISION(row)                                                                  \
	(struct access_decision)                                                              \
	{                                                                                     \
		.repository_known = (row).repository_known, .blacked_out = (row).blacked_out, \
		.principal_valid = (row).principal_valid, .allowed = (row).allowed,           \
	}

/* Its next columns where a push is asked for. */
#define TARGET(row)                                                                               \
	(struct target)                                                                           \
	{                                                                                         \
		.repository = (row).target_id, .key = (row).target_key, .actions = (row).actions, \
		.image = (row).image_id, .takes_schema1 = (row).schema1,                          \
	}

/* Descriptors, one array for each of their parts. */
struct descriptor_arrays {
	struct integers algorithms, sizes, roles;
	struct digests digests;
};
struct descriptor_arrays descriptor_arrays(struct arena *, const struct descriptor *, size_t count);

extern const struct statement *const sql_statements[]; /* those of sql/statements */
extern const struct statement *const v1_statements[];

#endif
