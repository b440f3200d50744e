#include "bridge/v1_pull.h"

#include <string.h>

#include "base/slots.h"
#include "registry/pull.h"
#include "store/recompress.h"
#include "bridge/projection.h"

/* Each holds up to 9 MiB until its client has read everything. */
#define REPACKERS_MAX 16
#define REPACK_WAIT_MS 5000

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
	static struct slots recompress_slots = SLOTS(REPACKERS_MAX);
	struct slots **held = arena_alloc(scope->registry->db->arena, sizeof(struct slots *));

	arena_defer(scope->registry->db->arena, recompress_slot_release, held);
	if (!scope->may_block) {
		error_set(err, ERROR_WOULD_BLOCK, NULL);
		return NULL;
	}
	if (!slots_acquire(&recompress_slots, REPACK_WAIT_MS)) {
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
view_make(const struct registry *registry, struct arena *arena, int64_t manifest, struct error *err)
{
	struct db db = { .pool = registry->db->pool, .arena = arena };
	struct registry view = *registry;

	arena_reset(arena);
	view.db = &db;
	return projection_make(&view, manifest, err);
}

/* Make the missing projections; *made: there was one. */
static bool
views_make(const struct registry *registry, const struct v1_tag_row *tags, size_t count, bool *made,
    struct error *err)
{
	struct arena *arena = NULL;

	*made = false;
	for (size_t i = 0; i < count; i++) {
		if (tags[i].pending == 0)
			continue;
		if (arena == NULL)
			arena = arena_child(registry->db->arena);
		if (!view_make(registry, arena, tags[i].pending, err))
			return false;
		*made = true;
	}
	if (arena != NULL)
		arena_reset(arena);
	return true;
}

static size_t
keep_seen(struct v1_tag_row *tags, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (tags[i].seen)
			tags[kept++] = tags[i];
	return kept;
}

bool
bridge_v1_tags(struct request_scope *scope, const char *name, const char *tag,
    struct v1_tag_row **tags, size_t *count, struct error *err)
{
	struct access_decision decision = { 0 };
	bool known = false, made = true;

	for (int looks = 0; looks < 2 && made; looks++) {
		if (!db_v1_tags(scope->registry->db, scope->key, name, tag, &scope->principal,
			&decision, &known, tags, count, err) ||
		    !registry_admit(scope, &decision, ERROR_NOT_FOUND, err) ||
		    !views_make(scope->registry, *tags, *count, &made, err))
			return false;
	}
	*count = keep_seen(*tags, *count);
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
