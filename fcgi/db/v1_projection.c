#include "db/v1_projection.h"

#include "db/parts.h"
#include "db/sql.h"

static bool
source_read(struct db *db, const PGresult *res, struct v1_source **out)
{
	struct v1_source_row row;

	*out = NULL;
	if (res == NULL || PQntuples(res) == 0)
		return res != NULL;
	row = v1_source_row(res, 0);
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = (struct v1_source){
		.manifest = row.id, .media_type = row.media_type, .payload = row.payload
	};
	return parts_digest_read(&(*out)->digest, row.alg, row.digest);
}

bool
db_v1_source(struct db *db, int64_t manifest, const struct digest *digest, struct v1_source **out,
    struct error *err)
{
	if (digest == NULL)
		return source_read(db,
		    v1_source_query(db, (struct v1_source_args){ .manifest = manifest }, err), out);
	return source_read(db,
	    v1_source_by_digest_query(db,
		(struct v1_source_by_digest_args){
		    .alg = parts_digest_number(digest), .digest = parts_digest_bytes(digest) },
		err),
	    out);
}

bool
db_v1_source_blob(
    struct db *db, const struct digest *digest, struct blob_row **out, struct error *err)
{
	PGresult *res = v1_source_blob_query(db,
	    (struct v1_source_blob_args){
		.alg = parts_digest_number(digest), .digest = parts_digest_bytes(digest) },
	    err);
	struct v1_source_blob_row row;

	*out = NULL;
	if (res == NULL || PQntuples(res) == 0)
		return res != NULL;
	row = v1_source_blob_row(res, 0);
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = (struct blob_row){
		.digest = *digest, .id = row.id, .size = row.size, .file = row.file
	};
	return true;
}

static bool
image_read(struct arena *arena, const struct v1_projection_find_row *row,
    struct v1_projection_image *image, struct error *err)
{
	*image = (struct v1_projection_image){
		.json = arena_strndup(arena, row->json.data, row->json.length),
		.layered = row->digest.data != NULL,
		.zstd = row->zstd,
	};
	if (!parts_v1_id(&image->id, row->id, err))
		return false;
	if (image->layered && !parts_digest_read(&image->layer, row->alg, row->digest))
		return error_set(err, ERROR_INTERNAL, NULL);
	return true;
}

bool
db_v1_projection_find(struct db *db, int64_t manifest, bool *known,
    struct v1_projection_image **out, size_t *count, struct error *err)
{
	PGresult *res = v1_projection_find_query(
	    db, (struct v1_projection_find_args){ .manifest = manifest }, err);

	if (res == NULL)
		return false;
	*known = PQntuples(res) > 0;
	*count = !*known || v1_projection_find_row(res, 0).id.data == NULL ? 0
									   : (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		struct v1_projection_find_row row = v1_projection_find_row(res, (int)i);

		if (!image_read(db->arena, &row, &(*out)[i], err))
			return false;
	}
	return true;
}

bool
db_v1_projection_put(struct db *db, int64_t manifest, int64_t projected,
    const struct v1_projection_image *images, size_t count, const char *reason, struct error *err)
{
	struct digest *ids = arena_array(db->arena, count, sizeof(*ids));
	struct digest *layers = arena_array(db->arena, count, sizeof(*layers));
	const char **jsons = arena_array(db->arena, count, sizeof(*jsons));
	int64_t *algorithms = arena_array(db->arena, count, sizeof(*algorithms));
	int64_t *zstds = arena_array(db->arena, count, sizeof(*zstds));

	for (size_t i = 0; i < count; i++) {
		ids[i] = images[i].id;
		layers[i] = images[i].layer;
		jsons[i] = images[i].json;
		algorithms[i] = images[i].layered ? (int64_t)images[i].layer.algorithm : 0;
		zstds[i] = images[i].zstd;
	}
	return v1_projection_put_query(db,
	    (struct v1_projection_put_args){ .manifest = manifest,
		.projected = projected,
		.id = parts_digest_bytes(count > 0 ? &ids[count - 1] : NULL),
		.reason = reason,
		.ids = { ids, count },
		.jsons = { jsons, count },
		.algs = { algorithms, count },
		.digests = { layers, count },
		.zstds = { zstds, count } },
	    err);
}
