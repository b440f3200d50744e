#include "db/installation.h"

#include "db/parts.h"
#include "db/sql.h"

bool
db_installation_find(struct db *db, struct installation *installation, struct error *err)
{
	PGresult *res = installation_find_query(db, err);
	struct installation_find_row row;

	if (res == NULL)
		return false;
	row = installation_find_row(res, 0);
	*installation = (struct installation){ .identity = row.identity,
		.store_bound = row.store_bound };
	return true;
}

bool
db_store_bind(struct db *db, const struct actor *actor, struct error *err)
{
	return store_bind_query(db, (struct store_bind_args){ ACTOR_ARGS(actor) }, err);
}

bool
db_blob_sample(struct db *db, int limit, struct file_row **rows, size_t *count, struct error *err)
{
	PGresult *res = blob_sample_query(db, (struct blob_sample_args){ .points = limit }, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*rows = arena_array(db->arena, *count, sizeof(**rows));
	for (size_t i = 0; i < *count; i++) {
		struct blob_sample_row row = blob_sample_row(res, (int)i);

		(*rows)[i] = (struct file_row){ .id = row.id, .size = row.size, .file = row.file };
		if (!parts_digest_read(&(*rows)[i].digest, row.alg, row.digest)) {
			error_set(err, ERROR_INTERNAL, NULL);
			return error_cause(err, "blob_sample: impossible digest");
		}
	}
	return true;
}

bool
db_store_seen(struct db *db, const char *node, const char *program, const char *trouble,
    const char **identity, struct error *err)
{
	PGresult *res = store_seen_query(db,
	    (struct store_seen_args){ .node = node, .program = program, .trouble = trouble }, err);

	if (res == NULL)
		return false;
	*identity = store_seen_row(res, 0).identity;
	return true;
}
