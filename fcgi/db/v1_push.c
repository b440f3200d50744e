#include "db/v1_push.h"

#include "db/parts.h"
#include "db/sql.h"

bool
db_v1_target_find(struct db *db, const char *key, const char *name,
    const struct principal *principal, int action, struct access_decision *decision,
    struct target *target, struct error *err)
{
	PGresult *res = v1_target_find_query(db,
	    (struct v1_target_find_args){
		.key = key, PRINCIPAL_ARGS(principal), .name = name, .action = action },
	    err);
	struct v1_target_find_row row;

	if (res == NULL)
		return false;
	row = v1_target_find_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*target = TARGET(row);
	target->forwards = row.bridge_push;
	return true;
}

bool
db_v1_json_put(struct db *db, const struct target *target, const char *name, int account,
    int64_t limit, const struct digest *id, const struct digest *parent, struct bytes json,
    enum v1_json_outcome *outcome, struct error *err)
{
	PGresult *res = v1_json_put_query(db,
	    (struct v1_json_put_args){ .repository = target->repository,
		.path = name,
		.account = account,
		.id = parts_digest_bytes(id),
		.parent = parts_digest_bytes(parent),
		.json = json,
		.most = limit },
	    err);

	if (res == NULL)
		return false;
	*outcome = (enum v1_json_outcome)v1_json_put_row(res, 0).outcome;
	return true;
}

bool
db_v1_uploads(struct db *db, const struct target *target, const char *name, int account,
    const struct digest *id, size_t limit, bool *exists, struct v1_upload_row **out, size_t *count,
    struct error *err)
{
	PGresult *res = v1_uploads_query(db,
	    (struct v1_uploads_args){ .repository = target->repository,
		.name = name,
		.account = account,
		.image = parts_digest_bytes(id),
		.limit = (int64_t)limit },
	    err);
	struct v1_uploads_row row;

	if (res == NULL)
		return false;
	row = v1_uploads_row(res, 0);
	*exists = row.image_exists;
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
		.alg = parts_digest_number(digest),
		.digest = parts_digest_bytes(digest),
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
		.id = parts_digest_bytes(id),
		.payload = parts_digest_bytes(payload),
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
		.id = parts_digest_bytes(id),
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
