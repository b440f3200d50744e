#include "bridge/projection.h"

#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "oci/schema1.h"
#include "oci/v1_image.h"
#include "registry/reader.h"
#include "registry/pull.h"
#include "store/recompress.h"

#define PLATFORM "linux/amd64"
#define CONFIG_MAX (4 * 1024 * 1024)

/* Read a config; false if it cannot be read. */
static bool
config_read(const struct registry *registry, const struct blob_row *row, struct bytes *config)
{
	const char *path = store_blob_path(
	    registry->store, registry->db->arena, &row->digest, row->file);
	char *data;
	ssize_t n;
	int fd;

	if (row->size > CONFIG_MAX || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return false;
	data = arena_alloc(registry->db->arena, (size_t)row->size + 1);
	n = pread(fd, data, (size_t)row->size, 0);
	close(fd);
	*config = (struct bytes){ data, (size_t)row->size };
	return n == row->size;
}

static struct v1_projection_image *
projection_rows(struct arena *arena, const struct v1_image *images, size_t count)
{
	struct v1_projection_image *rows = arena_array(arena, count, sizeof(*rows));

	for (size_t i = 0; i < count; i++)
		rows[i] = (struct v1_projection_image){
			.id = images[i].id,
			.json = images[i].text,
			.layer = images[i].layer,
			.layered = !images[i].empty,
			.zstd = images[i].zstd,
		};
	return rows;
}

/* Record that v1 clients cannot use the manifest. projected: the manifest itself, or the image that
 * was chosen from the index. */
static bool
put_unusable(const struct registry *registry, int64_t manifest, int64_t projected,
    const char *reason, struct error *err)
{
	return db_v1_projection_put(registry->db, manifest, projected, NULL, 0, reason, err);
}

static bool
put_images(const struct registry *registry, int64_t manifest, int64_t projected,
    const struct v1_image *images, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (images[i].zstd && !recompress_possible())
			return put_unusable(
			    registry, manifest, projected, "a layer is compressed with zstd", err);
	return db_v1_projection_put(registry->db, manifest, projected,
	    projection_rows(registry->db->arena, images, count), count, NULL, err);
}

/* The id inside the JSON of a v1 image. */
static bool
v1_json_id(const char *text, struct digest *id)
{
	json_t *document = json_loads(text, 0, NULL);
	const char *value = json_string_value(json_object_get(document, "id"));
	struct error ignored = { 0 };
	bool ok = value != NULL && v1_image_id_read(id, value, &ignored);

	json_decref(document);
	return ok;
}

/* An image manifest; one that is not fully stored is projected later. */
static bool
make_image(const struct registry *registry, int64_t manifest, const struct v1_source *source,
    const struct manifest *parsed, struct error *err)
{
	const char *reason = "not an image";
	struct bytes config = { "", 0 };
	struct v1_image *images;
	struct blob_row *row = NULL;
	size_t count;

	if (parsed->blob_count > 0 && parsed->blobs[0].role == DESCRIPTOR_CONFIG) {
		if (!db_v1_source_blob(registry->db, &parsed->blobs[0].digest, &row, err))
			return false;
		if (row == NULL || !config_read(registry, row, &config))
			return true;
	}
	if (!v1_images_make(registry->db->arena, parsed, config, &images, &count, &reason))
		return put_unusable(registry, manifest, source->manifest, reason, err);
	return put_images(registry, manifest, source->manifest, images, count, err);
}

/* A schema 1 manifest already consists of v1 images with ids that its pusher chose; top first, some
 * twice. */
static bool
make_schema1(const struct registry *registry, const struct v1_source *source, struct error *err)
{
	struct arena *arena = registry->db->arena;
	struct v1_projection_image *rows;
	struct digest empty;
	struct schema1 *schema1;
	struct error reason = { 0 };
	size_t count = 0;

	if (!schema1_parse(arena, source->payload, &schema1, &reason))
		return put_unusable(
		    registry, source->manifest, source->manifest, reason.message, err);
	v1_image_empty_layer_digest(&empty);
	rows = arena_array(arena, schema1->count, sizeof(*rows));
	for (size_t i = schema1->count; i-- > 0;) {
		const struct schema1_entry *entry = &schema1->entries[i];
		struct v1_projection_image *row = &rows[count];

		*row = (struct v1_projection_image){ .json = entry->text,
			.layer = entry->blob,
			.layered = !digest_equal(&entry->blob, &empty) };
		if (!v1_json_id(entry->text, &row->id))
			return put_unusable(registry, source->manifest, source->manifest,
			    "an image has no id", err);
		count += count == 0 || !digest_equal(&row->id, &rows[count - 1].id);
	}
	if (count > V1_IMAGES_MAX)
		return put_unusable(registry, source->manifest, source->manifest,
		    "it has more than 124 layers", err);
	return db_v1_projection_put(
	    registry->db, source->manifest, source->manifest, rows, count, NULL, err);
}

bool
projection_make(const struct registry *registry, int64_t manifest, struct error *err)
{
	struct arena *arena = registry->db->arena;
	const struct descriptor *child;
	struct manifest *parsed;
	struct v1_source *source;
	struct error reason = { 0 };

	/* Without the store, an unreadable config would be recorded as a manifest without a
	 * projection. */
	if (!store_require(registry->store, err) ||
	    !db_v1_source(registry->db, manifest, NULL, &source, err))
		return false;
	if (source == NULL)
		return true;
	if (strcmp(source->media_type, MEDIATYPE_DOCKER_SCHEMA1_SIGNED) == 0)
		return make_schema1(registry, source, err);
	if (!manifest_parse(arena, source->payload, source->media_type, &parsed, &reason))
		return put_unusable(registry, manifest, manifest, reason.message, err);
	if (!parsed->is_index)
		return make_image(registry, manifest, source, parsed, err);
	if ((child = manifest_child_for(parsed, PLATFORM)) == NULL)
		return put_unusable(
		    registry, manifest, manifest, "it has no image for " PLATFORM, err);
	if (!db_v1_source(registry->db, 0, &child->digest, &source, err))
		return false;
	if (source == NULL)
		return true;
	if (!manifest_parse(arena, source->payload, source->media_type, &parsed, &reason))
		return put_unusable(registry, manifest, source->manifest, reason.message, err);
	return make_image(registry, manifest, source, parsed, err);
}

/* --- Manifests that are not fully cached --- */

/* Read a config while it is being fetched. */
static bool
read_fetched_config(struct arena *arena, const struct digest *digest,
    const struct blob_found *found, struct bytes *config, struct error *err)
{
	char *data = arena_alloc(arena, (size_t)found->size + 1);
	struct digest actual;
	int64_t length = 0;
	ssize_t n = 1;

	while (length < found->size && (n = reader_read(found->reader, length, data + length,
					    (size_t)(found->size - length))) > 0)
		length += n;
	digest_of(&actual, digest->algorithm, data, (size_t)length);
	if (!digest_equal(&actual, digest))
		return error_set(err, ERROR_UPSTREAM_FAILED, NULL);
	*config = (struct bytes){ data, (size_t)length };
	return true;
}

static bool
fetch_config(struct request_scope *scope, const char *name, const struct digest *digest,
    struct bytes *config, struct answer *answer, struct error *err)
{
	struct arena *arena = scope->registry->db->arena;
	struct blob_found found;

	if (!registry_blob_require(scope, name, digest, false, &found, answer, err))
		return err->code == ERROR_BLOB_UNKNOWN
			   ? answer_unknown(answer, arena, ERROR_MANIFEST_UNKNOWN, err)
			   : false;
	if (found.reader != NULL && found.size >= 0 && found.size <= CONFIG_MAX)
		return read_fetched_config(arena, digest, &found, config, err);
	return (found.row != NULL && config_read(scope->registry, found.row, config)) ||
	       error_set(err, ERROR_MANIFEST_UNKNOWN, NULL);
}

bool
projection_fetch(struct request_scope *scope, const char *name, const struct manifest_row *row,
    struct v1_projection_image **images, size_t *count, struct answer *answer, struct error *err)
{
	struct arena *arena = scope->registry->db->arena;
	struct reference reference = { 0 };
	const struct descriptor *child;
	struct manifest_row *image;
	struct manifest *parsed;
	struct error reason = { 0 };
	struct bytes config;
	struct v1_image *made;
	const char *unusable;

	*count = 0;
	if (!manifest_parse(arena, row->payload, row->media_type, &parsed, &reason))
		return true;
	if (parsed->is_index) {
		if ((child = manifest_child_for(parsed, PLATFORM)) == NULL)
			return true;
		reference.digest = child->digest;
		if (!registry_manifest_require(scope, name, &reference, true, &image, answer, err))
			return false;
		if (!manifest_parse(arena, image->payload, image->media_type, &parsed, &reason))
			return true;
	}
	if (parsed->blob_count == 0 || parsed->blobs[0].role != DESCRIPTOR_CONFIG)
		return true;
	if (!fetch_config(scope, name, &parsed->blobs[0].digest, &config, answer, err))
		return false;
	if (v1_images_make(arena, parsed, config, &made, count, &unusable))
		*images = projection_rows(arena, made, *count);
	else
		*count = 0;
	return true;
}
