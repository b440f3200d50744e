#include "db/maintenance.h"

#include "db/parts.h"
#include "db/sql.h"

bool
db_uploads_abandoned(struct db *db, int64_t seconds, int limit, struct upload_row **rows,
    size_t *count, struct error *err)
{
	PGresult *res = uploads_abandoned_query(
	    db, (struct uploads_abandoned_args){ .seconds = (int)seconds, .limit = limit }, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*rows = arena_array(db->arena, *count, sizeof(**rows));
	for (size_t i = 0; i < *count; i++) {
		struct uploads_abandoned_row row = uploads_abandoned_row(res, (int)i);

		(*rows)[i] = (struct upload_row){ .uuid = row.id,
			.image = row.image,
			.file = row.file,
			.received = row.received };
	}
	return true;
}

bool
db_fetches_drop(struct db *db, int64_t seconds, int limit, bool *more, struct error *err)
{
	PGresult *res = fetches_drop_query(
	    db, (struct fetches_drop_args){ .seconds = (int)seconds, .limit = limit }, err);

	*more = res != NULL && fetches_drop_row(res, 0).dropped >= limit;
	return res != NULL;
}

bool
db_cache_expire(struct db *db, int limit, bool *more, struct error *err)
{
	PGresult *res = cache_expire_query(db, (struct cache_expire_args){ .limit = limit }, err);

	*more = res != NULL && cache_expire_row(res, 0).dropped >= limit;
	return res != NULL;
}

bool
db_v1_uploads_drop(struct db *db, int64_t seconds, int limit, bool *more, struct error *err)
{
	PGresult *res = v1_uploads_drop_query(
	    db, (struct v1_uploads_drop_args){ .seconds = (int)seconds, .limit = limit }, err);

	*more = res != NULL && v1_uploads_drop_row(res, 0).dropped >= limit;
	return res != NULL;
}

bool
db_unlinks_due(struct db *db, int limit, struct file_row **rows, size_t *count, struct error *err)
{
	PGresult *res = unlinks_due_query(db, (struct unlinks_due_args){ .limit = limit }, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*rows = arena_array(db->arena, *count, sizeof(**rows));
	for (size_t i = 0; i < *count; i++) {
		struct unlinks_due_row row = unlinks_due_row(res, (int)i);

		(*rows)[i] = (struct file_row){ .file = row.file,
			.has_digest = row.digest.data != NULL };
		if (row.digest.data != NULL &&
		    !parts_digest_read(&(*rows)[i].digest, row.alg, row.digest)) {
			error_set(err, ERROR_INTERNAL, NULL);
			return error_cause(err, "unlinks_due: invalid digest");
		}
	}
	return true;
}

bool
db_unlink_done(struct db *db, int64_t file, struct error *err)
{
	return unlink_done_query(db, (struct unlink_done_args){ .file = file }, err);
}

bool
db_unlink_failed(struct db *db, int64_t file, int64_t *seconds, struct error *err)
{
	PGresult *res = unlink_failed_query(db, (struct unlink_failed_args){ .file = file }, err);

	*seconds = res == NULL ? 0 : unlink_failed_row(res, 0).seconds;
	return res != NULL;
}

bool
db_sweep_next(struct db *db, const char **directory, struct error *err)
{
	PGresult *res = sweep_next_query(db, err);

	*directory = res == NULL ? NULL : sweep_next_row(res, 0).directory;
	return res != NULL;
}

bool
db_sweep_look(struct db *db, const char *const *paths, size_t count, const char ***due,
    size_t *due_count, struct error *err)
{
	PGresult *res = sweep_look_query(
	    db, (struct sweep_look_args){ .paths = { paths, count } }, err);

	if (res == NULL)
		return false;
	*due_count = (size_t)PQntuples(res);
	*due = arena_array(db->arena, *due_count, sizeof(**due));
	for (size_t i = 0; i < *due_count; i++)
		(*due)[i] = sweep_look_row(res, (int)i).path;
	return true;
}

bool
db_orphan_done(struct db *db, const char *path, struct error *err)
{
	return orphan_done_query(db, (struct orphan_done_args){ .path = path }, err);
}

bool
db_repository_shrink(struct db *db, int limit, bool *more, const char **failed, struct error *err)
{
	PGresult *res = repository_shrink_query(
	    db, (struct repository_shrink_args){ .limit = limit }, err);

	*more = res != NULL && repository_shrink_row(res, 0).more;
	*failed = res == NULL ? NULL : repository_shrink_row(res, 0).failed;
	return res != NULL;
}

bool
db_store_space_save(struct db *db, int64_t total, int64_t available, struct error *err)
{
	return store_space_save_query(
	    db, (struct store_space_save_args){ .total = total, .available = available }, err);
}

bool
db_history_extend(struct db *db, struct error *err)
{
	return history_extend_query(db, err);
}
