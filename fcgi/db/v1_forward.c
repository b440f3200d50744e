#include "db/v1_forward.h"

#include "db/parts.h"
#include "db/sql.h"

/* An empty value means that the layer cannot be decompressed. */
static struct v1_diff
diff_read(struct bytes id)
{
	struct v1_diff diff = { .known = id.data != NULL };

	diff.possible = diff.known && digest_set(&diff.id, DIGEST_SHA256, id.data, id.length);
	return diff;
}

static bool
link_read(const struct v1_chain_row *row, struct v1_link *link, struct error *err)
{
	*link = (struct v1_link){ .json = row->json, .layered = row->layered, .zstd = row->zstd };
	if (!row->layered)
		return true;
	if (!parts_digest_read(&link->layer.digest, row->alg, row->digest))
		return error_set(err, ERROR_INTERNAL, NULL);
	link->layer.size = row->size;
	link->layer.file = row->file;
	link->layer.id = row->blob;
	link->diff = diff_read(row->diff_id);
	return true;
}

bool
db_v1_chain(struct db *db, const struct target *target, const char *name, const struct digest *id,
    const char **bridge, struct v1_link **out, size_t *count, struct error *err)
{
	PGresult *res = v1_chain_query(db,
	    (struct v1_chain_args){
		.repository = target->repository, .name = name, .id = parts_digest_bytes(id) },
	    err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*bridge = *count > 0 ? v1_chain_row(res, 0).bridge : NULL;
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		struct v1_chain_row row = v1_chain_row(res, (int)i);

		if (!link_read(&row, &(*out)[i], err))
			return false;
	}
	return true;
}

bool
db_v1_diff_id(struct db *db, int64_t blob, struct v1_diff *diff, struct error *err)
{
	PGresult *res = v1_diff_id_query(db, (struct v1_diff_id_args){ .blob = blob }, err);

	*diff = (struct v1_diff){ 0 };
	if (res != NULL && PQntuples(res) == 1)
		*diff = diff_read(v1_diff_id_row(res, 0).diff_id);
	return res != NULL;
}

bool
db_v1_diff_id_put(struct db *db, int64_t blob, const struct v1_diff *diff, struct error *err)
{
	return v1_diff_id_put_query(db,
	    (struct v1_diff_id_put_args){ .blob = blob,
		.diff_id = diff->possible ? parts_digest_bytes(&diff->id)
					  : (struct bytes){ "", 0 } },
	    err);
}

bool
db_v1_layers_link(struct db *db, const struct target *target, const char *name,
    const int64_t *blobs, size_t count, struct error *err)
{
	return v1_layers_link_query(db,
	    (struct v1_layers_link_args){
		.target = target->repository, .name = name, .blobs = { blobs, count } },
	    err);
}
