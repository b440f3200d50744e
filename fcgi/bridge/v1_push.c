#include "bridge/v1_push.h"

#include <jansson.h>
#include <string.h>

#include "base/memory.h"
#include "oci/document.h"
#include "oci/v1_image.h"
#include "registry/session.h"
#include "bridge/forward.h"

#define UPLOADS_MAX 16 /* latest JSONs of one id; each hashes the layer while it is written */

struct v1_layer_push {
	struct session *session;
	struct v1_upload_row *rows;
	struct hasher *hashers[UPLOADS_MAX]; /* owned: one payload checksum for each row */
	size_t count;
};

static bool
image_exists(struct error *err)
{
	return error_set(err, ERROR_CONFLICT, "Image already exists");
}

bool
bridge_v1_target_require(struct request_scope *scope, const char *name, int action,
    struct target *target, struct error *err)
{
	struct access_decision decision = { 0 };

	return db_v1_target_find(scope->registry->db, scope->key, name, &scope->principal, action,
		   &decision, target, err) &&
	       registry_admit(scope, &decision, ERROR_DENIED, err) &&
	       (action != ACTION_WRITE || store_require(scope->registry->store, err));
}

/* --- JSON --- */

/* Id and parent of the object; "" without a parent. Clients match keys regardless of case. */
static bool
json_names(json_t *document, const char **id, const char **parent, struct error *err)
{
	json_t *value = json_object_get(document, "parent");
	struct error reason = { 0 };

	if (!json_is_object(document))
		return error_set(err, ERROR_BAD_REQUEST, "Invalid JSON: not an object");
	if (!document_check_key(document, "id", &reason) ||
	    !document_check_key(document, "parent", &reason))
		return error_set(err, ERROR_BAD_REQUEST, "Invalid JSON: %s", reason.message);
	*id = json_string_value(json_object_get(document, "id"));
	*parent = value == NULL || json_is_null(value) ? "" : json_string_value(value);
	return (*id != NULL && *parent != NULL) ||
	       error_set(err, ERROR_BAD_REQUEST, "Invalid JSON: id and parent must be strings");
}

/* Id and parent of the JSON. */
static bool
json_read(struct arena *arena, struct bytes json, const struct digest *id, struct digest *parent,
    bool *has_parent, struct error *err)
{
	json_error_t reason;
	json_t *document = document_load(arena, json, &reason);
	const char *id_text = NULL, *parent_text = "";
	bool ok;

	if (document == NULL)
		return error_set(err, ERROR_BAD_REQUEST, "Invalid JSON: %s", reason.text);
	ok = json_names(document, &id_text, &parent_text, err);
	if (ok && strcmp(id_text, v1_id_text(id)) != 0)
		ok = error_set(err, ERROR_BAD_REQUEST, "JSON data contains an invalid id");
	*has_parent = ok && *parent_text != '\0';
	if (*has_parent && !v1_image_id_read(parent, parent_text, err))
		ok = error_set(err, ERROR_BAD_REQUEST, "JSON data contains an invalid parent");
	else if (*has_parent && digest_equal(parent, id))
		ok = error_set(err, ERROR_BAD_REQUEST, "Image is its own parent");
	json_decref(document);
	return ok;
}

bool
bridge_v1_json_push(struct request_scope *scope, const char *name, const struct digest *id,
    struct bytes json, struct error *err)
{
	struct target target = { 0 };
	struct digest parent;
	enum v1_json_outcome outcome;
	bool has_parent;

	if (!bridge_v1_target_require(scope, name, ACTION_WRITE, &target, err) ||
	    !json_read(scope->registry->db->arena, json, id, &parent, &has_parent, err) ||
	    !db_v1_json_put(scope->registry->db, &target, name, scope->principal.account,
		scope->registry->upload_sessions, id, has_parent ? &parent : NULL, json, &outcome,
		err))
		return false;
	switch (outcome) {
	case V1_JSON_TAKEN:
		return true;
	case V1_JSON_EXISTS:
		return image_exists(err);
	case V1_JSON_FULL:
		return registry_sessions_full(scope->registry, err);
	case V1_JSON_NO_PARENT:
		break;
	}
	return error_set(err, ERROR_BAD_REQUEST, "Image depends on a non existing parent");
}

/* --- Layer --- */

static void
layer_release(void *held)
{
	struct v1_layer_push *layer = held;

	session_observe(layer->session, NULL, 0);
	for (size_t i = 0; i < layer->count; i++)
		hasher_free(layer->hashers[i]);
	layer->count = 0;
}

bool
bridge_v1_layer_start(struct request_scope *scope, const char *name, const struct digest *id,
    struct v1_layer_push **out, struct session **session, struct error *err)
{
	struct target target = { 0 };
	struct v1_layer_push *layer = arena_alloc(scope->registry->db->arena, sizeof(*layer));
	bool exists;

	*layer = (struct v1_layer_push){ 0 };
	if (!bridge_v1_target_require(scope, name, ACTION_WRITE, &target, err) ||
	    !db_v1_uploads(scope->registry->db, &target, name, scope->principal.account, id,
		UPLOADS_MAX, &exists, &layer->rows, &layer->count, err))
		return false;
	if (exists)
		return image_exists(err);
	if (layer->count == 0)
		return error_set(err, ERROR_NOT_FOUND, "Image not found");
	if (!registry_session_start_at(scope, &target, name, DIGEST_SHA256, &layer->session, err))
		return false;
	arena_defer(scope->registry->db->arena, layer_release, layer);
	for (size_t i = 0; i < layer->count; i++) {
		if ((layer->hashers[i] = hasher_new(DIGEST_SHA256)) == NULL)
			memory_give_up(sizeof(struct digest));
		hasher_update(
		    layer->hashers[i], layer->rows[i].json.data, layer->rows[i].json.length);
		hasher_update(layer->hashers[i], "\n", 1);
	}
	session_observe(layer->session, layer->hashers, layer->count);
	*out = layer;
	*session = layer->session;
	return true;
}

static bool
record_layer(void *context, struct db *db, const struct upload_row *row,
    const struct digest *digest, int64_t size, int64_t *file, bool *won, struct error *err)
{
	const struct v1_layer_push *layer = context;

	return db_v1_layer_put(db, row, digest, size, layer->rows, layer->count, file, won, err);
}

bool
bridge_v1_layer_end(struct v1_layer_push *layer, struct error *err)
{
	struct digest digest;

	if (!session_running_digest(layer->session, &digest))
		return error_set(err, ERROR_BAD_REQUEST, "Layer is empty");
	for (size_t i = 0; i < layer->count; i++)
		if (!hasher_digest(layer->hashers[i], &layer->rows[i].payload))
			memory_give_up(sizeof(struct digest));
	return session_commit_as(layer->session, &digest, record_layer, layer, err);
}

/* --- Checksum and tags --- */

bool
bridge_v1_checksum_push(struct request_scope *scope, const char *name, const struct digest *id,
    const struct digest *payload, const char *tarsum, struct error *err)
{
	struct target target = { 0 };
	enum v1_checksum_outcome outcome;

	if (!bridge_v1_target_require(scope, name, ACTION_WRITE, &target, err) ||
	    !db_v1_checksum_put(scope->registry->db, &target, name, id, payload, tarsum,
		&scope->actor, &outcome, err))
		return false;
	switch (outcome) {
	case V1_CHECKSUM_DONE:
		return true;
	case V1_CHECKSUM_EXISTS:
		return image_exists(err);
	case V1_CHECKSUM_UNKNOWN:
		return error_set(err, ERROR_NOT_FOUND, "Image not found");
	case V1_CHECKSUM_NO_LAYER:
		return error_set(err, ERROR_BAD_REQUEST, "Image has no layer yet");
	case V1_CHECKSUM_MISMATCH:
		return error_set(err, ERROR_BAD_REQUEST, "Checksum mismatch");
	case V1_CHECKSUM_NO_PARENT:
		return error_set(err, ERROR_BAD_REQUEST, "Image depends on a non existing parent");
	case V1_CHECKSUM_DEEP:
		break;
	}
	return error_set(err, ERROR_BAD_REQUEST, "Image has more than 126 ancestors");
}

bool
bridge_v1_tag_push(struct request_scope *scope, const char *name, const char *tag,
    const struct digest *id, const char *agent, struct error *err)
{
	struct target target = { 0 };
	enum v1_tag_outcome outcome;

	if (!bridge_v1_target_require(scope, name, ACTION_WRITE, &target, err) ||
	    !db_v1_tag_put(
		scope->registry->db, &target, name, tag, id, agent, &scope->actor, &outcome, err))
		return false;
	switch (outcome) {
	case V1_TAG_DONE:
		return bridge_forward(scope, &target, name, tag, id, err);
	case V1_TAG_UNKNOWN:
		return error_set(err, ERROR_NOT_FOUND, "Image not found");
	case V1_TAG_DENIED:
		break;
	}
	return error_set(err, ERROR_DENIED,
	    "cannot move the tag: overwriting requires the right to delete as well as to write");
}

bool
bridge_v1_tags_delete(
    struct request_scope *scope, const char *name, const char *tag, struct error *err)
{
	struct target target = { 0 };
	bool found;

	if (!bridge_v1_target_require(scope, name, ACTION_DELETE, &target, err) ||
	    !db_v1_tags_delete(scope->registry->db, &target, name, tag, &scope->actor, &found, err))
		return false;
	return found || error_set(err, ERROR_NOT_FOUND,
			    tag == NULL ? "Repository not found" : "Tag not found");
}
