#include "bridge/forward.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/slots.h"
#include "oci/document.h"
#include "registry/push.h"
#include "registry/session.h"
#include "db/v1_forward.h"

#define UNPACK_WAIT_MS 60000 /* how long to wait for other unpacking threads */

/* Serialise into the arena. */
static struct bytes
dump(struct arena *arena, json_t *json)
{
	char **text = arena_slot(arena);
	struct bytes bytes;

	if ((*text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS)) == NULL)
		memory_give_up(0);
	bytes = (struct bytes){ *text, strlen(*text) };
	json_decref(json);
	return bytes;
}

/* --- Config --- */

/* The command that created an image. */
static json_t *
created_by(struct arena *arena, const json_t *image)
{
	const json_t *command = json_object_get(json_object_get(image, "container_config"), "Cmd");
	size_t length = 0, i;
	json_t *argument;
	char *text;

	json_array_foreach(command, i, argument)
		length += json_string_length(argument) + 1;
	text = arena_alloc(arena, length + 1);
	length = 0;
	json_array_foreach(command, i, argument) {
		if (length > 0)
			text[length++] = ' ';
		if (json_is_string(argument))
			memcpy(text + length, json_string_value(argument),
			    json_string_length(argument));
		length += json_string_length(argument);
	}
	return json_stringn(text, length);
}

static json_t *
history_entry(struct arena *arena, const json_t *image, bool empty)
{
	static const char *const keys[] = { "created", "author", "comment" };
	json_t *entry = json_pack("{s:o?}", "created_by", created_by(arena, image));

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (json_string_length(json_object_get(image, keys[i])) > 0)
			json_object_set(entry, keys[i], json_object_get(image, keys[i]));
	if (empty)
		json_object_set_new(entry, "empty_layer", json_true());
	return entry;
}

/* One thread unpacks a layer at a time; threads that wait for the same layer find it done. */
static bool
unpack_once(struct request_scope *scope, const struct blob_row *layer, struct v1_diff *diff,
    struct error *err)
{
	const struct registry *registry = scope->registry;
	const char *path = store_blob_path(
	    registry->store, registry->db->arena, &layer->digest, layer->file);

	if (!db_v1_diff_id(registry->db, layer->id, diff, err))
		return false;
	if (diff->known)
		return true;
	diff->known = true;
	return unpack_digest(
		   path, &layer->digest, scope->client, &diff->id, &diff->possible, err) &&
	       db_v1_diff_id_put(registry->db, layer->id, diff, err);
}

struct unpacking {
	struct request_scope *scope;
	struct v1_link *link;
	struct error *err;
	bool ok;
};

static void
run_unpacking(void *argument)
{
	struct unpacking *unpacking = argument;
	struct v1_link *link = unpacking->link;

	unpacking->ok = unpack_once(unpacking->scope, &link->layer, &link->diff, unpacking->err);
}

static bool
find_diff_id(struct request_scope *scope, struct v1_link *link, struct error *err)
{
	static struct slots unpackers = SLOTS(1);
	struct unpacking unpacking = { scope, link, err, false };
	bool done;

	if (link->zstd)
		return error_set(err, ERROR_UNSUPPORTED,
		    "cannot forward the tag: a layer is compressed with zstd");
	if (!link->diff.known) {
		if (!slots_acquire(&unpackers, UNPACK_WAIT_MS))
			return error_set(err, ERROR_UNAVAILABLE,
			    "cannot forward the tag: other layers are being unpacked, try again");
		done = memory_try(run_unpacking, &unpacking);
		slots_release(&unpackers);
		if (!done)
			memory_give_up(0);
		if (!unpacking.ok)
			return false;
	}
	return link->diff.possible ||
	       error_set(err, ERROR_BAD_REQUEST,
		   "cannot unpack layer %s: damaged, or its content is too large",
		   link->layer.digest.text);
}

/* The fields of the top image, and the history and layers of all images. */
static bool
make_config(struct request_scope *scope, struct v1_link *links, size_t count, struct bytes *config,
    struct error *err)
{
	static const char *const dropped[] = { "id", "parent", "parent_id", "layer_id", "throwaway",
		"Size", "checksum" };
	struct arena *arena = scope->registry->db->arena;
	json_t *history = json_array(), *ids = json_array(), *image = NULL;
	json_error_t fault;
	bool ok = true;

	for (size_t i = 0; i < count && ok; i++) {
		json_decref(image);
		image = document_load(arena, links[i].json, &fault);
		json_array_append_new(history, history_entry(arena, image, !links[i].layered));
		if (!links[i].layered)
			continue;
		ok = find_diff_id(scope, &links[i], err);
		if (ok)
			json_array_append_new(ids, json_string(links[i].diff.id.text));
	}
	if (ok) {
		for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
			json_object_del(image, dropped[i]);
		if (!json_is_string(json_object_get(image, "architecture")))
			json_object_set_new(image, "architecture", json_string("amd64"));
		if (!json_is_string(json_object_get(image, "os")))
			json_object_set_new(image, "os", json_string("linux"));
		json_object_set(image, "history", history);
		json_object_set_new(
		    image, "rootfs", json_pack("{s:s, s:O}", "type", "layers", "diff_ids", ids));
		*config = dump(arena, json_incref(image));
	}
	json_decref(history);
	json_decref(ids);
	json_decref(image);
	return ok;
}

/* --- Manifest --- */

static json_t *
descriptor(const char *type, const struct digest *digest, int64_t size)
{
	return json_pack(
	    "{s:s, s:s, s:I}", "mediaType", type, "digest", digest->text, "size", (json_int_t)size);
}

static struct bytes
make_manifest(struct arena *arena, struct bytes config, const struct v1_link *links, size_t count)
{
	json_t *layers = json_array();
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, config.data, config.length);
	for (size_t i = 0; i < count; i++)
		if (links[i].layered)
			json_array_append_new(
			    layers, descriptor(MEDIATYPE_DOCKER_LAYER ".gzip",
					&links[i].layer.digest, links[i].layer.size));
	return dump(arena, json_pack("{s:i, s:s, s:o, s:o}", "schemaVersion", 2, "mediaType",
			       MEDIATYPE_DOCKER_MANIFEST, "config",
			       descriptor(MEDIATYPE_DOCKER_CONFIG, &digest, (int64_t)config.length),
			       "layers", layers));
}

static bool
push_config(struct request_scope *bridge, const struct target *target, const char *name,
    struct bytes config, struct error *err)
{
	struct session *session;
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, config.data, config.length);
	return registry_session_start_at(bridge, target, name, DIGEST_SHA256, &session, err) &&
	       session_write(session, config.data, config.length, err) &&
	       session_commit(session, &digest, err);
}

static bool
link_layers(struct db *db, const struct target *target, const char *name,
    const struct v1_link *links, size_t count, struct error *err)
{
	int64_t *blobs = arena_array(db->arena, count, sizeof(*blobs));
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (links[i].layered)
			blobs[n++] = links[i].layer.id;
	return db_v1_layers_link(db, target, name, blobs, n, err);
}

/*
 * Find where the image goes. The error is that of another key, and the tag is already set: a key
 * that is unknown is not that of the request, and the request is not repeated for a principal that
 * has just become stale.
 */
static bool
find_bridge_target(
    struct request_scope *bridge, const char *name, struct target *target, struct error *err)
{
	if (registry_target_require(bridge, name, ACTION_WRITE, target, err))
		return true;
	if (err->code == ERROR_KEY_UNKNOWN)
		err->code = ERROR_NAME_UNKNOWN;
	if (err->code == ERROR_PRINCIPAL_STALE)
		err->code = ERROR_UNAUTHORIZED;
	return false;
}

bool
bridge_forward(struct request_scope *scope, const struct target *target, const char *name,
    const char *tag, const struct digest *id, struct error *err)
{
	struct reference reference = { .tag = tag };
	struct manifest_push push = { .content_type = MEDIATYPE_DOCKER_MANIFEST,
		.reference = &reference };
	struct request_scope bridge = *scope;
	struct target bridge_target = { 0 };
	struct v1_link *links;
	struct bytes config;
	size_t count;

	if (!db_v1_chain(scope->registry->db, target, name, id, &bridge.key, &links, &count, err))
		return false;
	if (count == 0)
		return true;
	bridge.version = 2;
	/* v2 clients write names of one part without "library/". */
	push.name = strncmp(name, "library/", strlen("library/")) == 0 ? name + strlen("library/")
								       : name;
	if (!find_bridge_target(&bridge, push.name, &bridge_target, err) ||
	    !make_config(scope, links, count, &config, err) ||
	    !push_config(&bridge, &bridge_target, push.name, config, err) ||
	    !link_layers(scope->registry->db, &bridge_target, push.name, links, count, err))
		return false;
	push.payload = make_manifest(scope->registry->db->arena, config, links, count);
	return registry_manifest_push(&bridge, &bridge_target, &push, err);
}
