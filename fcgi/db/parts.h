/*
 * What the statements' C shares: members of STATEMENT_args that say who acts and who asks, columns
 * that begin many rows. Their SQL shares sql/functions/request.sql. Private to db/.
 */
#ifndef DB_PARTS_H
#define DB_PARTS_H

#include "db/access_decision.h"
#include "db/query.h"
#include "db/repository.h"
#include "oci/manifest.h"

/* The members of STATEMENT_args that say who acts, and who asks. */
#define ACTOR_ARGS(who)                                                                        \
	.actor = (who)->account, .actor_name = actor_name(who), .request = actor_request(who), \
	.address = actor_address(who)
#define PRINCIPAL_ARGS(principal) .account = (principal)->account, .epoch = (principal)->epoch
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

#endif
