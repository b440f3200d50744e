#include "db/blob.h"

#include "db/parts.h"
#include "db/sql.h"
#include "db/upload.h"

#define FIND_ARGS                                                                                \
	.key = key, PRINCIPAL_ARGS(principal), .name = name, .alg = parts_digest_number(digest), \
	.digest = parts_digest_bytes(digest)

bool
db_blob_find(struct db *db, const char *key, const char *name, const struct digest *digest,
    const struct principal *principal, bool push, struct access_decision *decision,
    struct blob_row **out, bool *ask, struct error *err)
{
	PGresult *res = push ? blob_find_keep_query(
				   db, (struct blob_find_keep_args){ FIND_ARGS }, err)
			     : blob_find_query(db, (struct blob_find_args){ FIND_ARGS }, err);
	struct blob_find_row row;

	*out = NULL;
	if (res == NULL)
		return false;
	row = blob_find_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*ask = row.ask_upstream;
	if (row.id == 0)
		return true;
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = (struct blob_row){
		.digest = *digest,
		.id = row.id,
		.size = row.size,
		.file = row.file,
		.repository = row.repository,
	};
	return true;
}

bool
db_blob_mount(struct db *db, const char *key, const char *from, const struct target *target,
    const char *name, const struct digest *digest, const struct principal *principal, bool *found,
    struct error *err)
{
	PGresult *res = blob_mount_query(db,
	    (struct blob_mount_args){ .key = key,
		.from = from,
		PRINCIPAL_ARGS(principal),
		.target = target->repository,
		.name = name,
		.alg = parts_digest_number(digest),
		.digest = parts_digest_bytes(digest) },
	    err);

	*found = res != NULL && blob_mount_row(res, 0).found;
	return res != NULL;
}

bool
db_blob_delete(struct db *db, const struct target *target, const char *name,
    const struct digest *digest, const struct actor *actor, enum blob_delete_outcome *outcome,
    struct error *err)
{
	PGresult *res = blob_delete_query(db,
	    (struct blob_delete_args){ .target = target->repository,
		.name = name,
		.alg = parts_digest_number(digest),
		.digest = parts_digest_bytes(digest),
		ACTOR_ARGS(actor) },
	    err);

	if (res == NULL)
		return false;
	*outcome = (enum blob_delete_outcome)blob_delete_row(res, 0).outcome;
	return true;
}

bool
db_blob_publish(struct db *db, const struct upload_row *row, const struct digest *digest,
    int64_t size, int64_t *file, bool *won, struct error *err)
{
	PGresult *res = blob_publish_query(db,
	    (struct blob_publish_args){ .upload = row->uuid,
		.image = row->image,
		.file = row->file,
		.alg = parts_digest_number(digest),
		.digest = parts_digest_bytes(digest),
		.size = size },
	    err);

	if (res == NULL)
		return false;
	*won = blob_publish_row(res, 0).won;
	*file = blob_publish_row(res, 0).file;
	return true;
}

bool
db_blob_replace(struct db *db, const struct digest *digest, int64_t lost, bool missing,
    int64_t file, int64_t size, bool *done, struct error *err)
{
	PGresult *res = blob_replace_query(db,
	    (struct blob_replace_args){ .alg = parts_digest_number(digest),
		.digest = parts_digest_bytes(digest),
		.lost = lost,
		.missing = missing,
		.file = file,
		.size = size },
	    err);

	*done = res != NULL && blob_replace_row(res, 0).done;
	return res != NULL;
}

/* --- Verification --- */

bool
db_blob_page(struct db *db, int64_t after, int limit, struct file_row **out, size_t *count,
    struct error *err)
{
	PGresult *res = blob_page_query(
	    db, (struct blob_page_args){ .after = after, .limit = limit }, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		struct blob_page_row row = blob_page_row(res, (int)i);

		(*out)[i] = (struct file_row){ .id = row.id,
			.file = row.file,
			.size = row.size,
			.bad = row.bad,
			.has_digest = true };
		if (!parts_digest_read(&(*out)[i].digest, row.alg, row.digest)) {
			error_set(err, ERROR_INTERNAL, NULL);
			return error_cause(err, "blob_page: invalid digest");
		}
	}
	return true;
}

bool
db_blob_classify(
    struct db *db, const struct file_row *row, bool bad, int64_t size, struct error *err)
{
	return blob_classify_query(db,
	    (struct blob_classify_args){
		.id = row->id, .file = row->file, .bad = bad, .size = size },
	    err);
}

bool
db_file_owners(struct db *db, const struct file_row *files, size_t count, enum file_owner *owners,
    struct error *err)
{
	int64_t *ids = arena_array(db->arena, count, sizeof(*ids));
	int64_t *algorithms = arena_array(db->arena, count, sizeof(*algorithms));
	struct digest *digests = arena_array(db->arena, count, sizeof(*digests));
	PGresult *res;

	for (size_t i = 0; i < count; i++) {
		ids[i] = files[i].file;
		algorithms[i] = files[i].has_digest ? files[i].digest.algorithm : 0;
		digests[i] = files[i].has_digest ? files[i].digest
						 : (struct digest){ .algorithm = DIGEST_SHA256 };
	}
	res = file_owners_query(db,
	    (struct file_owners_args){ .files = { ids, count },
		.algs = { algorithms, count },
		.digests = { digests, count } },
	    err);
	if (res == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		owners[i] = (enum file_owner)file_owners_row(res, (int)i).owner;
	return true;
}
