/*
 * Shared by the C of the statements: members of STATEMENT_args for the actor and the principal, and
 * columns with which many rows begin. Shared by their SQL: sql/functions/request.sql. Private to
 * db/.
 */
#ifndef DB_PARTS_H
#define DB_PARTS_H

#include "db/access_decision.h"
#include "db/query.h"
#include "oci/manifest.h"

/* Members of STATEMENT_args for the actor and the principal. */
#define ACTOR_ARGS(p)                                                                    \
	.actor = (p)->account, .actor_name = actor_name(p), .request = actor_request(p), \
	.address = actor_address(p)
#define PRINCIPAL_ARGS(principal) .account = (principal)->account, .epoch = (principal)->epoch
/* A digest as two members; NULL and 0 in SQL without a digest. */
struct bytes parts_digest_bytes(const struct digest *);
int parts_digest_number(const struct digest *);
bool parts_digest_read(struct digest *, int algorithm, struct bytes value) MUST_CHECK;
/* "" if the actor has no name; NULL for a malformed UUID or address: an action is not refused
 * because of them. */
const char *actor_name(const struct actor *);
const char *actor_request(const struct actor *);
const char *actor_address(const struct actor *);
const char *parts_address(const char *address);

/* For functions that return NULL or a reason: true if it is NULL, else NOT_FOUND with the reason.
 */
bool parts_is_done(const char *reason, struct error *) MUST_CHECK;

/* The first columns of a row. */
#define ACCESS_DECISION(row)                                                                  \
	(struct access_decision)                                                              \
	{                                                                                     \
		.repository_known = (row).repository_known, .blacked_out = (row).blacked_out, \
		.principal_valid = (row).principal_valid, .allowed = (row).allowed,           \
	}

/* The columns after them in statements that find a push target. */
#define TARGET(row)                                                                               \
	(struct target)                                                                           \
	{                                                                                         \
		.repository = (row).target_id, .key = (row).target_key, .actions = (row).actions, \
		.image = (row).image_id, .takes_schema1 = (row).schema1,                          \
	}

/* Descriptors as one array for each member. */
struct descriptor_arrays {
	struct integers algorithms, sizes, roles;
	struct digests digests;
};

/* The references of a manifest. */
struct manifest_references {
	struct descriptor_arrays blobs, children;
	const struct digest *subject; /* NULL: none */
};
struct manifest_references manifest_references(struct arena *, const struct manifest *);

/* Members of STATEMENT_args for the manifest of an order. */
#define MANIFEST_ARGS(order, references)                                                        \
	.alg = parts_digest_number((order)->digest),                                            \
	.digest = parts_digest_bytes((order)->digest), .payload = (order)->payload,             \
	.media_type = (order)->manifest->media_type,                                            \
	.artifact_type = (order)->manifest->artifact_type,                                      \
	.blob_algs = (references).blobs.algorithms, .blob_digests = (references).blobs.digests, \
	.blob_roles = (references).blobs.roles, .blob_sizes = (references).blobs.sizes,         \
	.child_algs = (references).children.algorithms,                                         \
	.child_digests = (references).children.digests,                                         \
	.child_sizes = (references).children.sizes,                                             \
	.subject_alg = parts_digest_number((references).subject),                               \
	.subject = parts_digest_bytes((references).subject), .referrer = (order)->referrer

/* Read the id of a v1 image; INTERNAL if it is not a SHA-256 value. */
bool parts_v1_id(struct digest *, struct bytes, struct error *) MUST_CHECK;

#endif
