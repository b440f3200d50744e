#include "bridge/v1_pull.h"

#include <string.h>

#include "base/slots.h"
#include "registry/pull.h"
#include "store/recompress.h"
#include "bridge/projection.h"

/* Each holds up to 9 MiB until its client has read everything. */
#define RECOMPRESS_MAX 16
#define RECOMPRESS_WAIT_MS 5000

bool
bridge_v1_image_require(struct request_scope *scope, const char *name, const struct digest *id,
    struct v1_image_row **row, struct error *err)
{
	struct access_decision decision = { 0 };
	bool uploading = false;

	if (!db_v1_image_find(scope->registry->db, scope->key, name, id, &scope->principal,
		&decision, row, &uploading, err) ||
	    !registry_admit(scope, &decision, ERROR_NOT_FOUND, err))
		return false;
	if (*row == NULL && uploading)
		return error_set(err, ERROR_BAD_REQUEST, "Image is being uploaded, retry later");
	return *row != NULL || error_set(err, ERROR_NOT_FOUND, "Image not found");
}

static void
recompress_slot_release(void *object)
{
	struct slots **held = object;

	if (*held != NULL)
		slots_release(*held);
}

/* NULL: the error is set. */
static struct recompress *
recompress(struct request_scope *scope, const char *path, struct error *err)
{
	static struct slots recompress_slots = SLOTS(RECOMPRESS_MAX);
	struct slots **held = arena_alloc(scope->registry->db->arena, sizeof(struct slots *));

	arena_defer(scope->registry->db->arena, recompress_slot_release, held);
	if (!scope->may_block) {
		error_set(err, ERROR_WOULD_BLOCK, NULL);
		return NULL;
	}
	if (!slots_acquire(&recompress_slots, RECOMPRESS_WAIT_MS)) {
		error_set(
		    err, ERROR_UNAVAILABLE, "too many layers are being recompressed, try again");
		return NULL;
	}
	*held = &recompress_slots;
	return recompress_open(scope->registry->db->arena, path, err);
}

bool
bridge_v1_layer(struct request_scope *scope, const struct v1_image_row *row, struct v1_layer *layer,
    struct error *err)
{
	const char *path;

	if (row->layer.size < 0)
		return error_set(err, ERROR_NOT_FOUND, "Layer not found");
	if (!store_require(scope->registry->store, err))
		return false;
	path = registry_blob_path(scope->registry, &row->layer);
	*layer = (struct v1_layer){ .read = recompress_read };
	if (row->zstd)
		return (layer->stream = recompress(scope, path, err)) != NULL;
	layer->path = path;
	layer->size = row->layer.size;
	return true;
}

bool
bridge_v1_public(struct request_scope *scope, const char *name, bool *open, struct error *err)
{
	struct v1_tag_row *tags;
	size_t count;

	return bridge_v1_tags(scope, name, NULL, &tags, &count, err) &&
	       db_v1_public(scope->registry->db, scope->key, name, open, err);
}

/* The arena is reset: a name may have thousands of tags. */
static bool
project_one(
    const struct registry *registry, struct arena *arena, int64_t manifest, struct error *err)
{
	struct db db = { .pool = registry->db->pool, .arena = arena };
	struct registry scratch = *registry;

	arena_reset(arena);
	scratch.db = &db;
	return projection_make(&scratch, manifest, err);
}

/* Make the missing projections; *made: there was one. */
static bool
project_pending(const struct registry *registry, const struct v1_tag_row *tags, size_t count,
    bool *made, struct error *err)
{
	struct arena *arena = NULL;

	*made = false;
	for (size_t i = 0; i < count; i++) {
		if (tags[i].pending == 0)
			continue;
		if (arena == NULL)
			arena = arena_child(registry->db->arena);
		if (!project_one(registry, arena, tags[i].pending, err))
			return false;
		*made = true;
	}
	if (arena != NULL)
		arena_reset(arena);
	return true;
}

/* Remove the tags that v1 clients cannot use; returns the number of the others. */
static size_t
drop_unusable(struct v1_tag_row *tags, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (tags[i].usable)
			tags[n++] = tags[i];
	return n;
}

bool
bridge_v1_tags(struct request_scope *scope, const char *name, const char *tag,
    struct v1_tag_row **tags, size_t *count, struct error *err)
{
	struct access_decision decision = { 0 };
	bool known = false, made = true;

	for (int attempt = 0; attempt < 2 && made; attempt++) {
		if (!db_v1_tags(scope->registry->db, scope->key, name, tag, &scope->principal,
			&decision, &known, tags, count, err) ||
		    !registry_admit(scope, &decision, ERROR_NOT_FOUND, err) ||
		    !project_pending(scope->registry, *tags, *count, &made, err))
			return false;
	}
	*count = drop_unusable(*tags, *count);
	if (*count > 0 || (known && tag == NULL))
		return true;
	return error_set(
	    err, ERROR_NOT_FOUND, tag == NULL ? "Repository not found" : "Tag not found");
}

bool
bridge_v1_search(struct request_scope *scope, struct v1_search *search, struct error *err)
{
	struct access_decision decision = { 0 };

	return db_v1_search(scope->registry->db, scope->key, search->text, &scope->principal,
		   search->limit, (search->page - 1) * search->limit, &decision, &search->names,
		   &search->count, &search->total, err) &&
	       registry_admit(scope, &decision, ERROR_DENIED, err);
}
