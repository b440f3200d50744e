#include "db/manifest.h"

#include "db/parts.h"
#include "db/sql.h"

_Static_assert((int)DESCRIPTOR_CONFIG == (int)REFERENCE_CONFIG &&
		   (int)DESCRIPTOR_LAYER == (int)REFERENCE_LAYER &&
		   (int)DESCRIPTOR_CHILD == (int)REFERENCE_CHILD,
    "roles of descriptors are stored as they are");

static bool
corrupt(struct error *err, const char *what)
{
	error_set(err, ERROR_INTERNAL, NULL);
	return error_cause(err, "%s: the database holds an invalid digest", what);
}

/* --- Finding --- */

static bool
find_by_tag(struct db *db, const char *key, const char *name, const char *tag,
    const struct principal *principal, bool payload, struct manifest_by_tag_row *row,
    struct error *err)
{
	PGresult *res = manifest_by_tag_query(db,
	    (struct manifest_by_tag_args){ .key = key,
		PRINCIPAL_ARGS(principal),
		.name = name,
		.payload = payload,
		.tag = tag },
	    err);

	if (res != NULL)
		*row = manifest_by_tag_row(res, 0);
	return res != NULL;
}

static bool
find_by_digest(struct db *db, const char *key, const char *name, const struct digest *digest,
    const struct principal *principal, bool payload, struct manifest_by_tag_row *row,
    struct error *err)
{
	PGresult *res = manifest_by_digest_query(db,
	    (struct manifest_by_digest_args){ .key = key,
		PRINCIPAL_ARGS(principal),
		.name = name,
		.payload = payload,
		.alg = parts_digest_number(digest),
		.digest = parts_digest_bytes(digest) },
	    err);

	if (res != NULL)
		*row = manifest_by_digest_row(res, 0);
	return res != NULL;
}

static struct manifest_row *
manifest_read(struct arena *arena, const struct manifest_by_tag_row *row)
{
	struct manifest_row *manifest = arena_alloc(arena, sizeof(*manifest));

	*manifest = (struct manifest_row){
		.media_type = row->media_type,
		.size = row->size,
		.repository = row->repository,
		.payload = row->payload,
		.member = row->member,
		.remote = row->class == REPOSITORY_REMOTE,
		.priority = row->priority,
		.stale = row->stale,
	};
	return manifest;
}

bool
db_manifest_find(struct db *db, const char *key, const char *name,
    const struct reference *reference, const struct principal *principal, bool payload,
    struct access_decision *decision, struct manifest_row **out, bool *ask, struct error *err)
{
	struct manifest_by_tag_row row;
	bool ok = reference->tag != NULL
		      ? find_by_tag(db, key, name, reference->tag, principal, payload, &row, err)
		      : find_by_digest(
			    db, key, name, &reference->digest, principal, payload, &row, err);

	*out = NULL;
	if (!ok)
		return false;
	*decision = ACCESS_DECISION(row);
	*ask = row.ask_upstream;
	if (row.digest.data == NULL)
		return true;
	*out = manifest_read(db->arena, &row);
	return parts_digest_read(&(*out)->digest, row.alg, row.digest) || corrupt(err, "manifest");
}

/* --- Pushing --- */

static PGresult *
put(struct db *db, const struct manifest_put *put, struct error *err)
{
	struct manifest_references references = manifest_references(db->arena, put->manifest);

	return manifest_put_query(db,
	    (struct manifest_put_args){
		.key = put->key,
		.name = put->name,
		.target = put->target->repository,
		PRINCIPAL_ARGS(put->principal),
		.actor_name = actor_name(put->actor),
		.request = actor_request(put->actor),
		.address = actor_address(put->actor),
		MANIFEST_ARGS(put, references),
		.tags = { put->tags, put->tag_count },
		.expected_alg = parts_digest_number(put->expected),
		.expected = parts_digest_bytes(put->expected),
	    },
	    err);
}

bool
db_manifest_put(struct db *db, const struct manifest_put *order, enum manifest_put_outcome *outcome,
    struct digest **missing, size_t *missing_count, int64_t *size, struct error *err)
{
	PGresult *res = put(db, order, err);
	struct manifest_put_row row;

	if (res == NULL)
		return false;
	row = manifest_put_row(res, 0);
	*outcome = (enum manifest_put_outcome)row.outcome;
	*missing = NULL;
	*missing_count = 0;
	if (*outcome != MANIFEST_PUT_MISSING && *outcome != MANIFEST_PUT_SIZE)
		return true;
	*size = row.real_size;
	*missing_count = (size_t)PQntuples(res);
	*missing = arena_array(db->arena, *missing_count, sizeof(**missing));
	for (size_t i = 0; i < *missing_count; i++) {
		row = manifest_put_row(res, (int)i);
		if (!parts_digest_read(&(*missing)[i], row.missing_alg, row.missing_digest))
			return corrupt(err, "manifest_put");
	}
	return true;
}

/* --- Deleting --- */

bool
db_manifest_delete(struct db *db, const struct target *target, const char *name,
    const struct digest *digest, const struct actor *actor, bool *found,
    struct manifest_holder *holder, struct error *err)
{
	PGresult *res = manifest_delete_query(db,
	    (struct manifest_delete_args){ .target = target->repository,
		.name = name,
		.alg = parts_digest_number(digest),
		.digest = parts_digest_bytes(digest),
		ACTOR_ARGS(actor) },
	    err);
	struct manifest_delete_row row;

	if (res == NULL)
		return false;
	row = manifest_delete_row(res, 0);
	*found = row.deleted;
	*holder = (struct manifest_holder){ row.holder, row.holder_tag };
	return true;
}

bool
db_tag_delete(struct db *db, const struct target *target, const char *name, const char *tag,
    const struct actor *actor, bool *found, struct error *err)
{
	PGresult *res = tag_delete_query(db,
	    (struct tag_delete_args){
		.target = target->repository, .name = name, .tag = tag, ACTOR_ARGS(actor) },
	    err);

	*found = res != NULL && tag_delete_row(res, 0).found;
	return res != NULL;
}

/* --- Listing --- */

bool
db_tags_list(struct db *db, const char *key, const char *name, const struct principal *principal,
    const char *last, int limit, struct access_decision *decision, bool *known, bool *ask,
    const char ***tags, size_t *count, struct error *err)
{
	PGresult *res = tags_list_query(db,
	    (struct tags_list_args){ .key = key,
		PRINCIPAL_ARGS(principal),
		.name = name,
		.after = last == NULL ? "" : last,
		.limit = limit },
	    err);
	struct tags_list_row row;

	if (res == NULL)
		return false;
	row = tags_list_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*known = row.known;
	*ask = row.ask_upstream;
	*count = row.tag == NULL ? 0 : (size_t)PQntuples(res);
	*tags = arena_array(db->arena, *count, sizeof(**tags));
	for (size_t i = 0; i < *count; i++)
		(*tags)[i] = tags_list_row(res, (int)i).tag;
	return true;
}

static PGresult *
ask_referrers(struct db *db, const char *key, const char *name, const struct digest *subject,
    const char *artifact_type, const struct principal *principal, const struct digest *after,
    int limit, int64_t bytes, struct error *err)
{
	return referrers_list_query(db,
	    (struct referrers_list_args){
		.key = key,
		PRINCIPAL_ARGS(principal),
		.name = name,
		.subject_alg = parts_digest_number(subject),
		.subject = parts_digest_bytes(subject),
		.artifact_type = artifact_type,
		.after_alg = parts_digest_number(after),
		.after = parts_digest_bytes(after),
		.limit = (int64_t)limit + 1, /* to detect whether the list continues */
		.bytes = bytes,
	    },
	    err);
}

bool
db_referrers_list(struct db *db, const char *key, const char *name, const struct digest *subject,
    const char *artifact_type, const struct principal *principal, const char *last, int limit,
    int64_t bytes, struct access_decision *decision, const char ***descriptors,
    const char ***digests, size_t *count, bool *more, struct error *err)
{
	struct digest after = { 0 };
	bool continued = last != NULL && *last != '\0';
	struct referrers_list_row row;
	PGresult *res;

	if (continued && !digest_parse(&after, last, err))
		return false;
	res = ask_referrers(db, key, name, subject, artifact_type, principal,
	    continued ? &after : NULL, limit, bytes, err);
	if (res == NULL)
		return false;
	row = referrers_list_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*count = row.descriptor == NULL ? 0 : (size_t)PQntuples(res);
	if (*count > (size_t)limit)
		*count = (size_t)limit;
	*more = (int64_t)*count < row.found;
	*descriptors = arena_array(db->arena, *count, sizeof(**descriptors));
	*digests = arena_array(db->arena, *count, sizeof(**digests));
	for (size_t i = 0; i < *count; i++) {
		row = referrers_list_row(res, (int)i);
		(*descriptors)[i] = row.descriptor;
		(*digests)[i] = row.digest;
	}
	return true;
}
