#include "db/v1_pull.h"

#include "db/parts.h"
#include "db/sql.h"

static struct v1_image_row
image_read(const struct v1_image_find_row *row)
{
	struct v1_image_row image = { .json = row->json,
		.ancestry = row->ancestry,
		.layered = row->layered,
		.zstd = row->zstd,
		.layer.size = -1 };

	if (row->digest.data != NULL &&
	    parts_digest_read(&image.layer.digest, row->alg, row->digest)) {
		image.layer.size = row->size;
		image.layer.file = row->file;
	}
	return image;
}

bool
db_v1_image_find(struct db *db, const char *key, const char *name, const struct digest *id,
    const struct principal *principal, struct access_decision *decision, struct v1_image_row **out,
    bool *uploading, struct error *err)
{
	PGresult *res = v1_image_find_query(db,
	    (struct v1_image_find_args){
		.key = key, PRINCIPAL_ARGS(principal), .name = name, .id = parts_digest_bytes(id) },
	    err);
	struct v1_image_find_row row;

	*out = NULL;
	if (res == NULL)
		return false;
	row = v1_image_find_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*uploading = row.uploading;
	if (row.json.data == NULL)
		return true;
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = image_read(&row);
	return true;
}

static bool
tag_read(const struct v1_tags_row *row, struct v1_tag_row *tag, struct error *err)
{
	*tag = (struct v1_tag_row){
		.name = row->tag,
		.usable = row->id.data != NULL,
		.pending = row->pending,
		.updated = row->updated_at,
		.agent = row->agent,
	};
	return !tag->usable || parts_v1_id(&tag->id, row->id, err);
}

bool
db_v1_tags(struct db *db, const char *key, const char *name, const char *tag,
    const struct principal *principal, struct access_decision *decision, bool *known,
    struct v1_tag_row **out, size_t *count, struct error *err)
{
	PGresult *res = v1_tags_query(db,
	    (struct v1_tags_args){
		.key = key, PRINCIPAL_ARGS(principal), .name = name, .tag = tag },
	    err);
	struct v1_tags_row row;

	if (res == NULL)
		return false;
	row = v1_tags_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*known = row.holds;
	*count = row.tag == NULL ? 0 : (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		row = v1_tags_row(res, (int)i);
		if (!tag_read(&row, &(*out)[i], err))
			return false;
	}
	return true;
}

bool
db_v1_search(struct db *db, const char *key, const char *text, const struct principal *principal,
    int64_t limit, int64_t offset, struct access_decision *decision, const char ***names,
    size_t *count, int64_t *total, struct error *err)
{
	PGresult *res = v1_search_query(db,
	    (struct v1_search_args){ .key = key,
		PRINCIPAL_ARGS(principal),
		.part = text,
		.limit = limit,
		.offset = offset },
	    err);
	struct v1_search_row row;

	if (res == NULL)
		return false;
	row = v1_search_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*total = row.total;
	*count = row.name == NULL ? 0 : (size_t)PQntuples(res);
	*names = arena_array(db->arena, *count, sizeof(**names));
	for (size_t i = 0; i < *count; i++)
		(*names)[i] = v1_search_row(res, (int)i).name;
	return true;
}

bool
db_v1_public(struct db *db, const char *key, const char *name, bool *open, struct error *err)
{
	PGresult *res = v1_public_query(
	    db, (struct v1_public_args){ .key = key, .name = name }, err);

	*open = res != NULL && v1_public_row(res, 0).public;
	return res != NULL;
}
