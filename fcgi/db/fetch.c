#include "db/fetch.h"

#include "db/parts.h"

static const struct statement fetch_join = {
	.name = "fetch_join",
	.nparams = 8,
	.sql = "SELECT role, file, old_file, received, size, error_status, error"
	       " FROM fetch_join($1, $2, $3, $4, $5, $6, $7, $8)",
	.again = true,
};

static const struct statement fetch_look = {
	.name = "fetch_look",
	.nparams = 3,
	.sql =
	    "SELECT CASE WHEN f.error IS NOT NULL THEN 3"
	    "    WHEN f.digest IS NOT NULL AND f.heartbeat >= clock_timestamp() - fetch_patience() THEN 1"
	    "    WHEN f.digest IS NULL AND b.id IS NOT NULL THEN 2 ELSE 0 END,"
	    "  coalesce(f.file_id, b.file_id), NULL::bigint, coalesce(f.received, b.size), coalesce(f.size, b.size),"
	    "  f.error_status, f.error"
	    " FROM (SELECT 1) one LEFT JOIN blob_fetch f ON f.repository_id = $1 AND f.alg = $2::smallint AND f.digest = $3"
	    "   LEFT JOIN blob b ON b.digest = $3 AND b.alg = $2 AND NOT b.bad",
	.again = true,
};

static const struct statement fetch_advance = {
	.name = "fetch_advance",
	.nparams = 6,
	.sql = "SELECT fetch_advance($1, $2, $3, $4, $5, $6)",
	.again = true,
};

static const struct statement fetch_resize = {
	.name = "fetch_resize",
	.nparams = 5,
	.sql = "SELECT fetch_resize($1, $2, $3, $4, $5)",
	.again = true,
};

static const struct statement fetch_publish = {
	.name = "fetch_publish",
	.nparams = 6,
	.sql = "SELECT won, file FROM fetch_publish($1, $2, $3, $4, $5, $6)",
	.again = true,
};

static const struct statement fetch_fail = {
	.name = "fetch_fail",
	.nparams = 6,
	.sql = "SELECT fetch_fail($1, $2, $3, $4, $5, $6)",
	.again = true,
};

static const struct statement fetch_leave = {
	.name = "fetch_leave",
	.nparams = 4,
	.sql = "SELECT fetch_leave($1, $2, $3, $4)",
	.again = true,
};

const struct statement *const fetch_statements[] = { &fetch_join, &fetch_look, &fetch_advance,
	&fetch_resize, &fetch_publish, &fetch_fail, &fetch_leave, NULL };

static void
row_read(const PGresult *res, struct fetch_row *row)
{
	*row = (struct fetch_row){
		.role = (enum fetch_role)row_int(res, 0, 0),
		.file = row_int(res, 0, 1),
		.old_file = row_int(res, 0, 2),
		.received = row_int(res, 0, 3),
		.size = row_int(res, 0, 4),
		.error_status = (int)row_int(res, 0, 5),
		.error = row_text(res, 0, 6),
	};
}

/* The first three parameters of every statement here. */
#define KEY_PARAMS(db, key)                                                   \
	param_int(db, (key)->remote), param_int(db, (key)->digest.algorithm), \
	    param_digest(&(key)->digest)

bool
db_fetch_join(struct db *db, const struct fetch_key *key, const char *path, const char *source,
    int64_t size, bool store, const char *owner, struct fetch_row *row, struct error *err)
{
	const struct param params[] = { KEY_PARAMS(db, key), param_text(path), param_text(source),
		param_int(db, size), param_bool(store), param_text(owner) };
	PGresult *res = db_query(db, &fetch_join, params, err);

	if (res == NULL)
		return false;
	row_read(res, row);
	return true;
}

bool
db_fetch_look(struct db *db, const struct fetch_key *key, struct fetch_row *row, struct error *err)
{
	const struct param params[] = { KEY_PARAMS(db, key) };
	PGresult *res = db_query(db, &fetch_look, params, err);

	if (res == NULL)
		return false;
	row_read(res, row);
	return true;
}

bool
db_fetch_advance(struct db *db, const struct fetch_key *key, const char *owner, int64_t file,
    int64_t received, bool *mine, struct error *err)
{
	const struct param params[] = { KEY_PARAMS(db, key), param_text(owner), param_int(db, file),
		param_int(db, received) };
	PGresult *res = db_query(db, &fetch_advance, params, err);

	*mine = res != NULL && row_bool(res, 0, 0);
	return res != NULL;
}

bool
db_fetch_resize(
    struct db *db, const struct fetch_key *key, const char *owner, int64_t size, struct error *err)
{
	const struct param params[] = { KEY_PARAMS(db, key), param_text(owner),
		param_int(db, size) };

	return db_query(db, &fetch_resize, params, err) != NULL;
}

bool
db_fetch_publish(struct db *db, const struct fetch_key *key, const char *owner, int64_t file,
    int64_t size, int64_t *holder, bool *won, struct error *err)
{
	const struct param params[] = { KEY_PARAMS(db, key), param_text(owner), param_int(db, file),
		param_int(db, size) };
	PGresult *res = db_query(db, &fetch_publish, params, err);

	if (res == NULL)
		return false;
	*won = row_bool(res, 0, 0);
	*holder = row_int(res, 0, 1);
	return true;
}

bool
db_fetch_fail(struct db *db, const struct fetch_key *key, const char *owner, int status,
    const char *reason, struct error *err)
{
	const struct param params[] = { KEY_PARAMS(db, key), param_text(owner),
		status == 0 ? param_text(NULL) : param_int(db, status), param_text(reason) };

	return db_query(db, &fetch_fail, params, err) != NULL;
}

bool
db_fetch_leave(struct db *db, const struct fetch_key *key, const char *owner, struct error *err)
{
	const struct param params[] = { KEY_PARAMS(db, key), param_text(owner) };

	return db_query(db, &fetch_leave, params, err) != NULL;
}
