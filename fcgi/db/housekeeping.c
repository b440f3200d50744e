#include "db/housekeeping.h"

#include "db/parts.h"

static const struct statement uploads_abandoned = {
	.name = "uploads_abandoned",
	.nparams = 2,
	.sql = "SELECT id::text, image_id, file_id, received FROM uploads_abandoned($1, $2)",
	.idempotent = true,
};

static const struct statement fetches_drop = {
	.name = "fetches_drop",
	.nparams = 2,
	.sql = "SELECT fetches_drop($1, $2)",
	.idempotent = true,
};

static const struct statement memories_drop = {
	.name = "memories_drop",
	.nparams = 1,
	.sql = "SELECT memories_drop($1)",
	.idempotent = true,
};

static const struct statement v1_uploads_drop = {
	.name = "v1_uploads_drop",
	.nparams = 2,
	.sql = "SELECT v1_uploads_drop($1, $2)",
	.idempotent = true,
};

static const struct statement unlinks_due = {
	.name = "unlinks_due",
	.nparams = 1,
	.sql = "SELECT file_id, alg, digest FROM unlinks_due($1)",
	.idempotent = true,
};

static const struct statement unlink_done = {
	.name = "unlink_done",
	.nparams = 1,
	.sql = "DELETE FROM gc_unlink WHERE file_id = $1",
	.idempotent = true,
};

static const struct statement unlink_failed = {
	.name = "unlink_failed",
	.nparams = 1,
	.sql = "SELECT unlink_failed($1)",
	.idempotent = true,
};

static const struct statement sweep_next = {
	.name = "sweep_next",
	.nparams = 0,
	.sql = "SELECT sweep_next()",
};

static const struct statement sweep_look = {
	.name = "sweep_look",
	.nparams = 1,
	.sql = "SELECT * FROM sweep_look($1)",
	.idempotent = true,
};

static const struct statement orphan_done = {
	.name = "orphan_done",
	.nparams = 1,
	.sql = "DELETE FROM gc_orphan WHERE path = $1",
	.idempotent = true,
};

static const struct statement repository_shrink = {
	.name = "repository_shrink",
	.nparams = 1,
	.sql = "SELECT p_more, p_failed FROM repository_shrink($1)",
	.idempotent = true,
};

static const struct statement store_space_save = {
	.name = "store_space_save",
	.nparams = 2,
	.sql = "INSERT INTO store_space (total, available) VALUES ($1, $2)"
	       " ON CONFLICT (single) DO UPDATE SET total = $1, available = $2, at = now()",
	.idempotent = true,
};

static const struct statement history_extend = {
	.name = "history_extend",
	.nparams = 0,
	.sql = "SELECT history_extend()",
	.idempotent = true,
};

const struct statement *const housekeeping_statements[] = { &uploads_abandoned, &fetches_drop,
	&memories_drop, &v1_uploads_drop, &unlinks_due, &unlink_done, &unlink_failed, &sweep_next,
	&sweep_look, &orphan_done, &repository_shrink, &store_space_save, &history_extend, NULL };

bool
db_uploads_abandoned(struct db *db, int64_t seconds, int limit, struct upload_row **rows,
    size_t *count, struct error *err)
{
	const struct param params[] = { param_int(db, seconds), param_int(db, limit) };
	PGresult *res = db_query(db, &uploads_abandoned, params, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*rows = arena_array(db->arena, *count, sizeof(**rows));
	for (size_t i = 0; i < *count; i++)
		(*rows)[i] = (struct upload_row){
			.uuid = row_text(res, (int)i, 0),
			.image = row_int(res, (int)i, 1),
			.file = row_int(res, (int)i, 2),
			.received = row_int(res, (int)i, 3),
		};
	return true;
}

bool
db_fetches_drop(struct db *db, int64_t seconds, int limit, bool *more, struct error *err)
{
	const struct param params[] = { param_int(db, seconds), param_int(db, limit) };
	PGresult *res = db_query(db, &fetches_drop, params, err);

	*more = res != NULL && row_int(res, 0, 0) >= limit;
	return res != NULL;
}

bool
db_cache_expire(struct db *db, int limit, bool *more, struct error *err)
{
	const struct param params[] = { param_int(db, limit) };
	PGresult *res = db_query(db, &memories_drop, params, err);

	*more = res != NULL && row_int(res, 0, 0) >= limit;
	return res != NULL;
}

bool
db_v1_uploads_drop(struct db *db, int64_t seconds, int limit, bool *more, struct error *err)
{
	const struct param params[] = { param_int(db, seconds), param_int(db, limit) };
	PGresult *res = db_query(db, &v1_uploads_drop, params, err);

	*more = res != NULL && row_int(res, 0, 0) >= limit;
	return res != NULL;
}

bool
db_unlinks_due(struct db *db, int limit, struct file_row **rows, size_t *count, struct error *err)
{
	const struct param params[] = { param_int(db, limit) };
	PGresult *res = db_query(db, &unlinks_due, params, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*rows = arena_array(db->arena, *count, sizeof(**rows));
	for (size_t i = 0; i < *count; i++) {
		struct file_row *row = &(*rows)[i];

		*row = (struct file_row){ .file = row_int(res, (int)i, 0),
			.has_digest = !row_null(res, (int)i, 2) };
		if (row->has_digest && !row_digest(res, (int)i, 1, 2, &row->digest)) {
			error_set(err, ERROR_INTERNAL, NULL);
			return error_cause(err, "unlinks_due: invalid digest");
		}
	}
	return true;
}

bool
db_unlink_done(struct db *db, int64_t file, struct error *err)
{
	const struct param params[] = { param_int(db, file) };

	return db_query(db, &unlink_done, params, err) != NULL;
}

bool
db_unlink_failed(struct db *db, int64_t file, int64_t *seconds, struct error *err)
{
	const struct param params[] = { param_int(db, file) };
	PGresult *res = db_query(db, &unlink_failed, params, err);

	*seconds = res == NULL || row_null(res, 0, 0) ? 0 : row_int(res, 0, 0);
	return res != NULL;
}

bool
db_sweep_next(struct db *db, const char **directory, struct error *err)
{
	PGresult *res = db_query(db, &sweep_next, NULL, err);

	*directory = res == NULL || row_null(res, 0, 0) ? NULL : row_text(res, 0, 0);
	return res != NULL;
}

bool
db_sweep_look(struct db *db, const char *const *paths, size_t count, const char ***due,
    size_t *due_count, struct error *err)
{
	const struct param params[] = { param_texts(db, paths, count) };
	PGresult *res = db_query(db, &sweep_look, params, err);

	if (res == NULL)
		return false;
	*due_count = (size_t)PQntuples(res);
	*due = arena_array(db->arena, *due_count, sizeof(**due));
	for (size_t i = 0; i < *due_count; i++)
		(*due)[i] = row_text(res, (int)i, 0);
	return true;
}

bool
db_orphan_done(struct db *db, const char *path, struct error *err)
{
	const struct param params[] = { param_text(path) };

	return db_query(db, &orphan_done, params, err) != NULL;
}

bool
db_repository_shrink(struct db *db, int limit, bool *more, const char **failed, struct error *err)
{
	const struct param params[] = { param_int(db, limit) };
	PGresult *res = db_query(db, &repository_shrink, params, err);

	*more = res != NULL && row_bool(res, 0, 0);
	*failed = res == NULL || row_null(res, 0, 1) ? NULL : row_text(res, 0, 1);
	return res != NULL;
}

bool
db_store_space_save(struct db *db, int64_t total, int64_t available, struct error *err)
{
	const struct param params[] = { param_int(db, total), param_int(db, available) };

	return db_query(db, &store_space_save, params, err) != NULL;
}

bool
db_history_extend(struct db *db, struct error *err)
{
	return db_query(db, &history_extend, NULL, err) != NULL;
}
