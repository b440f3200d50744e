#include "bridge/schema1.h"

#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "db/signing_key.h"
#include "oci/v1_image.h"
#include "bridge/projection.h"

static void
signer_release(void *held)
{
	signer_close(*(struct signer **)held);
}

/* The arena releases *signer. */
static bool
find_signer(const struct registry *registry, struct signer **signer, struct error *err)
{
	struct signer **held = arena_alloc(registry->db->arena, sizeof(struct signer *));
	unsigned char fresh[SIGNER_SECRET_BYTES], secret[SIGNER_SECRET_BYTES];

	arena_defer(registry->db->arena, signer_release, held);
	signer_make(fresh);
	if (!db_signing_key(registry->db, fresh, secret, err))
		return false;
	*signer = *held = signer_open(secret, err);
	return *signer != NULL;
}

/* The v1 images of a manifest, root first; none if v1 clients cannot see it. */
static bool
find_images(struct request_scope *scope, const char *name, const struct manifest_row *row,
    struct v1_projection_image **images, size_t *count, struct answer *answer, struct error *err)
{
	struct v1_source *source;
	bool known = false;

	if (!db_v1_source(scope->registry->db, 0, &row->digest, &source, err))
		return false;
	for (int attempt = 0; source != NULL && attempt < 2 && !known; attempt++) {
		if (attempt > 0 && !projection_make(scope->registry, source->manifest, err))
			return false;
		if (!db_v1_projection_find(
			scope->registry->db, source->manifest, &known, images, count, err))
			return false;
	}
	return known || projection_fetch(scope, name, row, images, count, answer, err);
}

/* The architecture in the JSON of the top image. */
static const char *
architecture_of(struct arena *arena, const char *json)
{
	json_t *document = json_loads(json, 0, NULL);
	const char *text = json_string_value(json_object_get(document, "architecture"));
	const char *copy = arena_strdup(arena, text == NULL ? "" : text);

	json_decref(document);
	return copy;
}

/* The entries of the images, top first. False for an image that such clients cannot have. */
static bool
make_entries(struct arena *arena, const struct v1_projection_image *images, size_t count,
    struct schema1 *schema1)
{
	schema1->count = count;
	schema1->entries = arena_array(arena, count, sizeof(*schema1->entries));
	for (size_t i = 0; i < count; i++) {
		const struct v1_projection_image *image = &images[count - 1 - i];

		if (image->zstd)
			return false;
		schema1->entries[i].text = image->json;
		schema1->entries[i].blob = image->layer;
		if (!image->layered)
			v1_image_empty_layer_digest(&schema1->entries[i].blob);
	}
	return count > 0;
}

bool
bridge_schema1_make(struct request_scope *scope, const char *name, const struct manifest_row *row,
    struct schema1 *schema1, struct bytes *document, struct answer *answer, struct error *err)
{
	struct arena *arena = scope->registry->db->arena;
	struct v1_projection_image *images = NULL;
	char now[CLOCK_TEXT_SIZE];
	struct signer *signer;
	size_t count = 0;

	if (!find_images(scope, name, row, &images, &count, answer, err))
		return false;
	if (!make_entries(arena, images, count, schema1))
		return error_set(err, ERROR_MANIFEST_UNKNOWN, NULL);
	if (!find_signer(scope->registry, &signer, err))
		return false;
	schema1->architecture = architecture_of(arena, schema1->entries[0].text);
	schema1_print(arena, schema1);
	clock_rfc3339(now, clock_wall_seconds());
	*document = schema1_sign(arena, schema1, signer, now);
	return true;
}
