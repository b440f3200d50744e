#include "db/installation.h"

#include "db/parts.h"

static const struct statement installation_find = {
	.name = "installation_find",
	.nparams = 0,
	.sql = "SELECT identity::text, store_bound_at IS NOT NULL FROM installation",
	.idempotent = true,
};

static const struct statement store_bind = {
	.name = "store_bind",
	.nparams = ACTOR_PARAMS,
	.sql = "SELECT store_bind($1, $2, $3, $4)",
	.idempotent = true,
};

/* One row at or after each of $1 points spread over the ids. */
static const struct statement blob_sample = {
	.name = "blob_sample",
	.nparams = 1,
	.sql =
	    "SELECT DISTINCT b.id, b.size, b.file_id, b.alg, b.digest"
	    " FROM (SELECT min(id) AS low, max(id) AS high FROM blob) ids,"
	    "  generate_series(0, $1::int - 1) step,"
	    "  LATERAL (SELECT * FROM blob WHERE id >= low + (high - low) * step / greatest($1 - 1, 1)"
	    "    ORDER BY id LIMIT 1) b",
	.idempotent = true,
};

static const struct statement store_seen = {
	.name = "store_seen",
	.nparams = 3,
	.sql = "SELECT store_seen($1, $2, $3)::text",
	.idempotent = true,
};

const struct statement *const installation_statements[] = { &installation_find, &store_bind,
	&blob_sample, &store_seen, NULL };

bool
db_installation_find(struct db *db, struct installation *installation, struct error *err)
{
	PGresult *res = db_query(db, &installation_find, NULL, err);

	if (res == NULL)
		return false;
	*installation = (struct installation){
		.identity = row_text(res, 0, 0),
		.store_bound = row_bool(res, 0, 1),
	};
	return true;
}

bool
db_store_bind(struct db *db, const struct actor *actor, struct error *err)
{
	struct param params[ACTOR_PARAMS];

	actor_params(db, actor, params);
	return db_query(db, &store_bind, params, err) != NULL;
}

bool
db_blob_sample(struct db *db, int limit, struct file_row **rows, size_t *count, struct error *err)
{
	const struct param params[] = { param_int(db, limit) };
	PGresult *res = db_query(db, &blob_sample, params, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*rows = arena_array(db->arena, *count, sizeof(**rows));
	for (size_t i = 0; i < *count; i++) {
		struct file_row *row = &(*rows)[i];

		row->id = row_int(res, (int)i, 0);
		row->size = row_int(res, (int)i, 1);
		row->file = row_int(res, (int)i, 2);
		row_digest(res, (int)i, 3, 4, &row->digest);
	}
	return true;
}

bool
db_store_seen(struct db *db, const char *node, const char *program, const char *trouble,
    const char **identity, struct error *err)
{
	const struct param params[] = { param_text(node), param_text(program),
		param_text(trouble) };
	PGresult *res = db_query(db, &store_seen, params, err);

	if (res == NULL)
		return false;
	*identity = row_text(res, 0, 0);
	return true;
}
