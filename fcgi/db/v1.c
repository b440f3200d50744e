#include "db/v1.h"

#include "db/parts.h"
#include "db/sql.h"

static bool
id_read(struct digest *id, struct bytes bytes, struct error *err)
{
	if (digest_set(id, DIGEST_SHA256, bytes.data, bytes.length))
		return true;
	error_set(err, ERROR_INTERNAL, NULL);
	return error_cause(err, "the database holds an impossible v1 id");
}

/* --- Finding --- */

static struct v1_image_row
image_read(const struct v1_image_find_row *row)
{
	struct v1_image_row image = { .json = row->json,
		.ancestry = row->ancestry,
		.layered = row->layered,
		.zstd = row->zstd,
		.layer.size = -1 };

	if (row->digest.data != NULL && digest_read(&image.layer.digest, row->alg, row->digest)) {
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
		.key = key, PRINCIPAL_ARGS(principal), .name = name, .id = digest_bytes(id) },
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
		.seen = row->id.data != NULL,
		.pending = row->pending,
		.updated = row->updated_at,
		.agent = row->agent,
	};
	return !tag->seen || id_read(&tag->id, row->id, err);
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

/* --- Pushing --- */

bool
db_v1_target_find(struct db *db, const char *key, const char *name,
    const struct principal *principal, int wanted, struct access_decision *decision,
    struct target *target, struct error *err)
{
	PGresult *res = v1_target_find_query(db,
	    (struct v1_target_find_args){
		.key = key, PRINCIPAL_ARGS(principal), .name = name, .wanted = wanted },
	    err);
	struct v1_target_find_row row;

	if (res == NULL)
		return false;
	row = v1_target_find_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*target = TARGET(row);
	target->hands_on = row.bridge_push;
	return true;
}

bool
db_v1_json_put(struct db *db, const struct target *target, const char *name, int account,
    int64_t most, const struct digest *id, const struct digest *parent, struct bytes json,
    enum v1_json_outcome *outcome, struct error *err)
{
	PGresult *res = v1_json_put_query(db,
	    (struct v1_json_put_args){ .repository = target->repository,
		.path = name,
		.account = account,
		.id = digest_bytes(id),
		.parent = digest_bytes(parent),
		.json = json,
		.most = most },
	    err);

	if (res == NULL)
		return false;
	*outcome = (enum v1_json_outcome)v1_json_put_row(res, 0).outcome;
	return true;
}

bool
db_v1_uploads(struct db *db, const struct target *target, const char *name, int account,
    const struct digest *id, size_t most, bool *exists, struct v1_upload_row **out, size_t *count,
    struct error *err)
{
	PGresult *res = v1_uploads_query(db,
	    (struct v1_uploads_args){ .repository = target->repository,
		.name = name,
		.account = account,
		.image = digest_bytes(id),
		.limit = (int64_t)most },
	    err);
	struct v1_uploads_row row;

	if (res == NULL)
		return false;
	row = v1_uploads_row(res, 0);
	*exists = row.there;
	*count = row.id == 0 ? 0 : (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		row = v1_uploads_row(res, (int)i);
		(*out)[i] = (struct v1_upload_row){ .id = row.id, .json = row.json };
	}
	return true;
}

bool
db_v1_layer_put(struct db *db, const struct upload_row *upload, const struct digest *digest,
    int64_t size, const struct v1_upload_row *rows, size_t count, int64_t *file, bool *won,
    struct error *err)
{
	struct digest *payloads = arena_array(db->arena, count, sizeof(*payloads));
	int64_t *ids = arena_array(db->arena, count, sizeof(*ids));
	PGresult *res;

	for (size_t i = 0; i < count; i++) {
		ids[i] = rows[i].id;
		payloads[i] = rows[i].payload;
	}
	res = v1_layer_put_query(db,
	    (struct v1_layer_put_args){ .upload = upload->uuid,
		.file = upload->file,
		.alg = digest_number(digest),
		.digest = digest_bytes(digest),
		.size = size,
		.jsons = { ids, count },
		.payloads = { payloads, count } },
	    err);
	if (res == NULL)
		return false;
	*won = v1_layer_put_row(res, 0).won;
	*file = *won ? v1_layer_put_row(res, 0).file : 0;
	return true;
}

bool
db_v1_checksum_put(struct db *db, const struct target *target, const char *name,
    const struct digest *id, const struct digest *payload, const char *tarsum,
    const struct actor *actor, enum v1_checksum_outcome *outcome, struct error *err)
{
	PGresult *res = v1_checksum_put_query(db,
	    (struct v1_checksum_put_args){ .repository = target->repository,
		.path = name,
		.id = digest_bytes(id),
		.payload = digest_bytes(payload),
		.tarsum = tarsum,
		ACTOR_ARGS(actor) },
	    err);

	if (res == NULL)
		return false;
	*outcome = (enum v1_checksum_outcome)v1_checksum_put_row(res, 0).outcome;
	return true;
}

bool
db_v1_tag_put(struct db *db, const struct target *target, const char *name, const char *tag,
    const struct digest *id, const char *agent, const struct actor *actor,
    enum v1_tag_outcome *outcome, struct error *err)
{
	PGresult *res = v1_tag_put_query(db,
	    (struct v1_tag_put_args){ .repository = target->repository,
		.path = name,
		.tag = tag,
		.id = digest_bytes(id),
		.agent = agent,
		ACTOR_ARGS(actor) },
	    err);

	if (res == NULL)
		return false;
	*outcome = (enum v1_tag_outcome)v1_tag_put_row(res, 0).outcome;
	return true;
}

bool
db_v1_tags_delete(struct db *db, const struct target *target, const char *name, const char *tag,
    const struct actor *actor, bool *found, struct error *err)
{
	PGresult *res = v1_tags_delete_query(db,
	    (struct v1_tags_delete_args){
		.repository = target->repository, .path = name, .tag = tag, ACTOR_ARGS(actor) },
	    err);

	*found = res != NULL && v1_tags_delete_row(res, 0).found;
	return res != NULL;
}

/* --- Into the bridged repository --- */

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
	if (!digest_read(&link->layer.digest, row->alg, row->digest))
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
		.repository = target->repository, .name = name, .id = digest_bytes(id) },
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
		.diff_id = diff->possible ? digest_bytes(&diff->id) : (struct bytes){ "", 0 } },
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

/* --- v1 projections of manifests --- */

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
	return digest_read(&(*out)->digest, row.alg, row.digest);
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
		    .alg = digest_number(digest), .digest = digest_bytes(digest) },
		err),
	    out);
}

bool
db_v1_source_blob(
    struct db *db, const struct digest *digest, struct blob_row **out, struct error *err)
{
	PGresult *res = v1_source_blob_query(db,
	    (struct v1_source_blob_args){
		.alg = digest_number(digest), .digest = digest_bytes(digest) },
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
view_read(struct arena *arena, const struct v1_projection_find_row *row,
    struct v1_projection_image *image, struct error *err)
{
	*image = (struct v1_projection_image){
		.json = arena_strndup(arena, row->json.data, row->json.length),
		.layered = row->digest.data != NULL,
		.zstd = row->zstd,
	};
	if (!id_read(&image->id, row->id, err))
		return false;
	if (image->layered && !digest_read(&image->layer, row->alg, row->digest))
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

		if (!view_read(db->arena, &row, &(*out)[i], err))
			return false;
	}
	return true;
}

bool
db_v1_projection_put(struct db *db, int64_t manifest, int64_t shown,
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
		.shown = shown,
		.id = digest_bytes(count > 0 ? &ids[count - 1] : NULL),
		.reason = reason,
		.ids = { ids, count },
		.jsons = { jsons, count },
		.algs = { algorithms, count },
		.digests = { layers, count },
		.zstds = { zstds, count } },
	    err);
}
