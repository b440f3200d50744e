#include "db/remote.h"

#include <stdlib.h>
#include <string.h>

#include "db/parts.h"

/* How a remote is reached, from repository_remote c; connection_read(). */
#define SQL_CONNECTION                                                             \
	"rtrim(c.url, '/'), c.token_authentication, c.any_host_auth,"              \
	"  c.private_networks, array_to_string(c.realm_hosts, ' '), c.timeout_ms," \
	"  c.metadata_timeout_ms, c.answer_ms, c.proxy, c.client_certificate,"     \
	"  c.local_address, c.query_params, array_to_string(c.networks, ' ')"

/* Does the viewer see that a local member has the name? */
#define SQL_LOCAL_SEEN                                                                     \
	"(SELECT me.is_admin OR EXISTS (SELECT FROM root JOIN repository_leaf l"           \
	"     ON l.root_id = root.id AND l.class = 1"                                      \
	"   JOIN image i ON i.repository_id = l.leaf_id AND i.path = ANY (name_twins($4))" \
	"   WHERE " SQL_READABLE("i.path") ") FROM me)"

/*
 * $4 name, $5 the reference as it is remembered, $6 tag or NULL, $7 and $8 digest and algorithm or
 * NULL. Of several paths to a remote the first counts.
 */
/* clang-format off */
static const struct statement remotes_find = {
	.name = "remotes_find",
	.nparams = 8,
	.sql =
	    "WITH " SQL_ME ", " SQL_ROOT ", "
	    "path AS MATERIALIZED (SELECT DISTINCT ON (l.leaf_id) l.leaf_id, l.rank, l.ord,"
	    "    " SQL_PATH " AS path, " SQL_SHADOWED " AS guarded"
	    "  FROM me, root JOIN repository_leaf l ON l.root_id = root.id AND l.class = 2"
	    "  WHERE me.valid AND CASE WHEN $6::text IS NULL THEN " SQL_FITS(SQL_PATH)
	    "      ELSE " SQL_FITS_TAG(SQL_PATH, "$6") " END"
	    "    AND " SQL_READABLE(SQL_PATH) " AND NOT (" SQL_SHADOWED " AND " SQL_LOCAL_SEEN ")"
	    "  ORDER BY l.leaf_id, l.rank <> 0, l.ord)"
	    "SELECT " SQL_STANDING ", path.leaf_id IS NOT NULL,"
	    "  path.leaf_id, r.key, path.path, path.rank = 0, path.guarded,"
	    "  me.is_admin OR EXISTS (SELECT FROM acl WHERE acl.repository_id = path.leaf_id"
	    "    AND acl.principal_id = ANY (me.principals) AND acl.actions & 2 = 2"
	    "    AND (acl.include_re IS NULL OR path.path ~ acl.include_re)"
	    "    AND (acl.exclude_re IS NULL OR path.path !~ acl.exclude_re)),"
	    "  c.offline, miss.until IS NOT NULL,"
	    "  CASE WHEN $7::bytea IS NOT NULL THEN coalesce((SELECT w.size FROM image i"
	    "    JOIN image_manifest im ON im.image_id = i.id"
	    "    JOIN manifest_want w"
	    "      ON w.manifest_id = im.manifest_id AND w.digest = $7 AND w.alg = $8::smallint"
	    "    WHERE i.path = path.path AND i.repository_id = path.leaf_id AND w.role < 3 LIMIT 1),"
	    "   (SELECT f.size FROM blob_fetch_name n"
	    "      JOIN blob_fetch f USING (digest, alg, repository_id)"
	    "    WHERE n.repository_id = path.leaf_id AND n.path = path.path"
	    "      AND n.digest = $7 AND n.alg = $8)) END,"
	    "  EXISTS (SELECT FROM remote_tags t WHERE t.repository_id = path.leaf_id"
	    "    AND t.path = path.path AND t.fresh_until > now()),"
	    "  greatest(0, ceil(extract(epoch FROM s.offline_until - now())))::bigint,"
	    "  coalesce(s.limited, false), greatest(0, extract(epoch FROM s.suspect_until - now()) * 1000)::bigint, s.trouble, s.reason,"
	    "  c.username, c.password, c.fresh_seconds, c.missing_seconds,"
	    "  c.assumed_offline_seconds, c.hard_fail, c.store_locally, r.block_schema1,"
	    "  c.block_mismatching_types, c.mismatching_types,"
	    "  (SELECT w.url FROM image i JOIN image_manifest im ON im.image_id = i.id"
	    "    JOIN manifest_want w ON w.manifest_id = im.manifest_id AND w.digest = $7 AND w.alg = $8"
	    "    WHERE i.path = path.path AND i.repository_id = path.leaf_id AND w.url IS NOT NULL LIMIT 1),"
	    "  " SQL_CONNECTION
	    " FROM me LEFT JOIN root ON true LEFT JOIN (path JOIN repository r ON r.id = path.leaf_id"
	    "    JOIN repository_remote c ON c.repository_id = path.leaf_id) ON true"
	    "   LEFT JOIN remote_state s ON s.repository_id = path.leaf_id"
	    "   LEFT JOIN remote_miss miss ON miss.repository_id = path.leaf_id"
	    "     AND miss.path = path.path AND miss.reference = $5 AND miss.until > now()"
	    " ORDER BY path.rank <> 0, path.ord",
	.again = true,
};
/* clang-format on */

static const struct statement manifest_cache = {
	.name = "manifest_cache",
	.nparams = 20 + ACTOR_PARAMS,
	.sql =
	    "SELECT manifest_cache($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
	    " $18, $19, $20, $21, $22, $23, $24)",
	.again = true,
};

static const struct statement remote_trust = {
	.name = "remote_trust",
	.nparams = 4,
	.sql = "SELECT remote_trust($1, $2, $3, $4)",
	.again = true,
};

static const struct statement remote_missed = {
	.name = "remote_missed",
	.nparams = 5,
	.sql = "SELECT remote_missed($1, $2, $3, $4, $5)",
	.again = true,
};

static const struct statement remote_listed = {
	.name = "remote_listed",
	.nparams = 4,
	.sql = "SELECT remote_listed($1, $2, $3, $4)",
	.again = true,
};

static const struct statement remote_suspected = {
	.name = "remote_suspected",
	.nparams = 4,
	.sql = "SELECT remote_suspected($1, $2, $3, $4)",
	.again = true,
};

static const struct statement remote_struck = {
	.name = "remote_struck",
	.nparams = 2,
	.sql = "SELECT remote_struck($1, $2)",
	.again = true,
};

static const struct statement remote_failed = {
	.name = "remote_failed",
	.nparams = 5,
	.sql = "SELECT remote_failed($1, $2, $3, $4, $5)",
	.again = true,
};

static const struct statement remote_answered = {
	.name = "remote_answered",
	.nparams = 4,
	.sql = "SELECT remote_answered($1, $2, $3, $4)",
	.again = true,
};

static const struct statement stale_served = {
	.name = "stale_served",
	.nparams = 4 + ACTOR_PARAMS,
	.sql = "SELECT stale_served($1, $2, $3, $4, $5, $6, $7, $8)",
	.again = true,
};

/* Those that failed; not those that said we ask too much or that refuse our credentials: such are
 * not tried again and again. */
static const struct statement remotes_away = {
	.name = "remotes_away",
	.nparams = 0,
	.sql =
	    "SELECT r.id, r.key, " SQL_CONNECTION
	    " FROM remote_state s JOIN repository r ON r.id = s.repository_id AND r.deleted_at IS NULL AND NOT r.blacked_out"
	    "   JOIN repository_remote c ON c.repository_id = r.id AND NOT c.offline"
	    " WHERE s.offline_until > now() AND NOT s.limited AND s.trouble IS DISTINCT FROM 'refused' ORDER BY r.id",
	.again = true,
};

const struct statement *const remote_statements[] = { &remotes_find, &manifest_cache, &remote_trust,
	&remote_missed, &remote_listed, &remote_suspected, &remote_struck, &remote_failed,
	&remote_answered, &remotes_away, &stale_served, NULL };

/* Under which a miss is remembered. */
static const char *
question_text(const struct remote_question *question)
{
	if (question->tag != NULL)
		return question->tag;
	return question->digest != NULL ? question->digest->text : "";
}

/* Words between blanks. */
static const char *const *
split(struct arena *arena, const char *text, size_t *count)
{
	char *copy = arena_strdup(arena, text), *rest = NULL;
	const char **words = arena_array(arena, strlen(text) / 2 + 1, sizeof(*words));

	*count = 0;
	for (char *word = strtok_r(copy, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest))
		words[(*count)++] = word;
	return words;
}

/* From the first column of SQL_CONNECTION on. */
static void
connection_read(struct db *db, const PGresult *res, int row, int first, struct remote *remote)
{
	remote->url = row_text(res, row, first);
	remote->token_authentication = row_bool(res, row, first + 1);
	remote->any_host_auth = row_bool(res, row, first + 2);
	remote->private_networks = row_bool(res, row, first + 3);
	remote->realm_hosts = split(
	    db->arena, row_text(res, row, first + 4), &remote->realm_host_count);
	remote->timeout_ms = (int)row_int(res, row, first + 5);
	remote->metadata_timeout_ms = (int)row_int(res, row, first + 6);
	remote->answer_ms = (int)row_int(res, row, first + 7);
	remote->egress = (struct egress){
		.proxy = row_text(res, row, first + 8),
		.certificate = row_text(res, row, first + 9),
		.local_address = row_text(res, row, first + 10),
		.query = row_text(res, row, first + 11),
		.networks = row_text(res, row, first + 12),
	};
}

static void
remote_read(struct db *db, const PGresult *res, int row, struct remote *remote)
{
	*remote = (struct remote){
		.id = (int)row_int(res, row, 4),
		.key = row_text(res, row, 5),
		.path = row_text(res, row, 6),
		.priority = row_bool(res, row, 7),
		.guarded = row_bool(res, row, 8),
		.may_fill = row_bool(res, row, 9),
		.offline = row_bool(res, row, 10),
		.missed = row_bool(res, row, 11),
		.wanted = row_null(res, row, 12) ? -1 : row_int(res, row, 12),
		.listed = row_bool(res, row, 13),
		.away = row_int(res, row, 14),
		.limited = row_bool(res, row, 15),
		.suspect_ms = row_null(res, row, 16) ? 0 : row_int(res, row, 16),
		.trouble = row_text(res, row, 17),
		.reason = row_text(res, row, 18),
		.username = row_text(res, row, 19),
		.password = row_text(res, row, 20),
		.fresh_seconds = (int)row_int(res, row, 21),
		.missing_seconds = (int)row_int(res, row, 22),
		.assumed_offline_seconds = (int)row_int(res, row, 23),
		.hard_fail = row_bool(res, row, 24),
		.store_locally = row_bool(res, row, 25),
		.block_schema1 = row_bool(res, row, 26),
		.block_mismatching_types = row_bool(res, row, 27),
		.mismatching_types = row_text(res, row, 28),
		.source = row_text(res, row, 29),
	};
	connection_read(db, res, row, 30, remote);
}

static struct egress
egress_copy(struct arena *arena, const struct egress *from)
{
	return (struct egress){
		.proxy = arena_strdup(arena, from->proxy),
		.certificate = arena_strdup(arena, from->certificate),
		.local_address = arena_strdup(arena, from->local_address),
		.query = arena_strdup(arena, from->query),
		.networks = arena_strdup(arena, from->networks),
	};
}

struct remote *
remote_copy(struct arena *arena, const struct remote *from)
{
	struct remote *remote = arena_alloc(arena, sizeof(*remote));
	const char **hosts = arena_array(arena, from->realm_host_count, sizeof(*hosts));

	*remote = *from;
	remote->key = arena_strdup(arena, from->key);
	remote->path = arena_strdup(arena, from->path);
	remote->url = arena_strdup(arena, from->url);
	remote->username = arena_strdup(arena, from->username);
	remote->password = arena_strdup(arena, from->password);
	for (size_t i = 0; i < from->realm_host_count; i++)
		hosts[i] = arena_strdup(arena, from->realm_hosts[i]);
	remote->realm_hosts = hosts;
	remote->egress = egress_copy(arena, &from->egress);
	remote->trouble = remote->reason = NULL;
	remote->mismatching_types = "";
	remote->source = NULL;
	return remote;
}

bool
db_remotes_find(struct db *db, const char *key, const char *name,
    const struct remote_question *question, const struct viewer *viewer, struct standing *standing,
    struct remote **remotes, size_t *count, struct error *err)
{
	struct param params[8] = { param_text(key), param_int(db, viewer->account),
		param_int(db, viewer->epoch), param_text(name), param_text(question_text(question)),
		param_text(question->tag) };
	PGresult *res;

	digest_params(db, question->digest, &params[7], &params[6]);
	if ((res = db_query(db, &remotes_find, params, err)) == NULL)
		return false;
	standing_read(res, standing);
	*count = row_null(res, 0, 4) ? 0 : (size_t)PQntuples(res);
	*remotes = arena_array(db->arena, *count, sizeof(**remotes));
	for (size_t i = 0; i < *count; i++)
		remote_read(db, res, (int)i, &(*remotes)[i]);
	return true;
}

/* Where the blobs lie that lie elsewhere. */
static struct param
urls_param(struct db *db, const struct manifest *manifest)
{
	const char **texts = arena_array(db->arena, manifest->blob_count, sizeof(*texts));

	for (size_t i = 0; i < manifest->blob_count; i++)
		texts[i] = manifest->blobs[i].url == NULL ? "" : manifest->blobs[i].url;
	return param_texts(db, texts, manifest->blob_count);
}

bool
db_manifest_cache(
    struct db *db, const struct manifest_cache *order, const char **warning, struct error *err)
{
	const struct manifest *manifest = order->manifest;
	struct param params[20 + ACTOR_PARAMS];
	PGresult *res;

	params[0] = param_int(db, order->remote->id);
	params[1] = param_text(order->remote->path);
	params[2] = param_text(order->tag);
	params[3] = param_int(db, order->remote->fresh_seconds);
	digest_params(db, order->digest, &params[4], &params[5]);
	params[6] = param_bytes(order->payload);
	params[7] = param_text(manifest->media_type);
	params[8] = param_text(manifest->artifact_type);
	descriptor_params(db, manifest->blobs, manifest->blob_count, &params[9], &params[10],
	    &params[12], &params[11]);
	params[13] = urls_param(db, manifest);
	descriptor_params(db, manifest->children, manifest->child_count, &params[14], &params[15],
	    &params[16], NULL);
	digest_params(
	    db, manifest->has_subject ? &manifest->subject : NULL, &params[17], &params[18]);
	params[19] = param_text(order->referrer);
	actor_params(db, order->actor, params + 20);
	if ((res = db_query(db, &manifest_cache, params, err)) == NULL)
		return false;
	*warning = row_text(res, 0, 0);
	return true;
}

bool
db_remote_trust(struct db *db, const struct remote *remote, const char *tag, struct error *err)
{
	const struct param params[] = { param_int(db, remote->id), param_text(remote->path),
		param_text(tag), param_int(db, remote->fresh_seconds) };

	return db_query(db, &remote_trust, params, err) != NULL;
}

bool
db_remote_missed(struct db *db, const struct remote *remote, const struct remote_question *question,
    const char *reason, struct error *err)
{
	const struct param params[] = { param_int(db, remote->id), param_text(remote->path),
		param_text(question_text(question)), param_text(reason),
		param_int(db, remote->missing_seconds) };

	return db_query(db, &remote_missed, params, err) != NULL;
}

bool
db_remote_listed(struct db *db, const struct remote *remote, const char *const *tags, size_t count,
    struct error *err)
{
	const struct param params[] = { param_int(db, remote->id), param_text(remote->path),
		param_texts(db, tags, count), param_int(db, remote->fresh_seconds) };

	return db_query(db, &remote_listed, params, err) != NULL;
}

bool
db_remote_suspected(
    struct db *db, int id, const struct remote_trouble *trouble, int seconds, struct error *err)
{
	const struct param params[] = { param_int(db, id), param_text(trouble->word),
		param_text(trouble->reason), param_int(db, seconds) };

	return db_query(db, &remote_suspected, params, err) != NULL;
}

bool
db_remote_struck(struct db *db, int id, const char *path, bool *several, struct error *err)
{
	const struct param params[] = { param_int(db, id), param_text(path) };
	PGresult *res = db_query(db, &remote_struck, params, err);

	*several = res != NULL && row_bool(res, 0, 0);
	return res != NULL;
}

bool
db_remote_failed(struct db *db, int id, const struct remote_trouble *trouble, int64_t seconds,
    bool limited, bool *tell, struct error *err)
{
	const struct param params[] = { param_int(db, id), param_text(trouble->word),
		param_text(trouble->reason), param_int(db, seconds), param_bool(limited) };
	PGresult *res = db_query(db, &remote_failed, params, err);

	*tell = res != NULL && row_bool(res, 0, 0);
	return res != NULL;
}

bool
db_remote_answered(struct db *db, int id, int limit, int remaining, int seconds, struct error *err)
{
	bool told = limit >= 0;
	const struct param params[] = { param_int(db, id),
		told ? param_int(db, limit) : param_text(NULL),
		told && remaining >= 0 ? param_int(db, remaining) : param_text(NULL),
		told && seconds >= 0 ? param_int(db, seconds) : param_text(NULL) };

	return db_query(db, &remote_answered, params, err) != NULL;
}

bool
db_stale_served(struct db *db, int id, const char *path, const char *tag, const char *reason,
    const struct actor *actor, struct error *err)
{
	struct param params[4 + ACTOR_PARAMS] = { param_int(db, id), param_text(path),
		param_text(tag), param_text(reason) };

	actor_params(db, actor, params + 4);
	return db_query(db, &stale_served, params, err) != NULL;
}

bool
db_remotes_away(struct db *db, struct remote **remotes, size_t *count, struct error *err)
{
	PGresult *res = db_query(db, &remotes_away, NULL, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*remotes = arena_array(db->arena, *count, sizeof(**remotes));
	for (size_t i = 0; i < *count; i++) {
		(*remotes)[i] = (struct remote){
			.id = (int)row_int(res, (int)i, 0),
			.key = row_text(res, (int)i, 1),
			.username = "",
			.password = "",
		};
		connection_read(db, res, (int)i, 2, &(*remotes)[i]);
	}
	return true;
}
