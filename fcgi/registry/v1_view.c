/* Manifests as v1 clients see them (v1.h): which one of an index, and its layers as v1 images. */
#include <stdlib.h>
#include <unistd.h>
#include <fcntl.h>

#include "oci/v1_image.h"
#include "registry/v1.h"
#include "store/repack.h"

#define PLATFORM "linux/amd64"
#define CONFIG_MOST (4 * 1024 * 1024)

/* The bytes of a config; false: they cannot be had. */
static bool
config_read(struct registry *registry, const struct blob_row *row, struct bytes *config)
{
	const char *path = store_blob_path(
	    registry->store, registry->db->arena, &row->digest, row->file);
	char *data;
	ssize_t n;
	int fd;

	if (row->size > CONFIG_MOST || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return false;
	data = arena_alloc(registry->db->arena, (size_t)row->size + 1);
	n = pread(fd, data, (size_t)row->size, 0);
	close(fd);
	*config = (struct bytes){ data, (size_t)row->size };
	return n == row->size;
}

static bool
keep_images(struct registry *registry, int64_t manifest, int64_t shown,
    const struct v1_image *images, size_t count, struct error *err)
{
	struct v1_view_image *rows = arena_array(registry->db->arena, count, sizeof(*rows));

	for (size_t i = 0; i < count; i++) {
		if (images[i].zstd && !repack_possible())
			return db_v1_view_put(registry->db, manifest, shown, NULL, 0,
			    "a layer is compressed with zstd", err);
		rows[i] = (struct v1_view_image){
			.id = images[i].id,
			.json = images[i].text,
			.layer = images[i].layer,
			.layered = !images[i].empty,
			.zstd = images[i].zstd,
		};
	}
	return db_v1_view_put(registry->db, manifest, shown, rows, count, NULL, err);
}

/* An image manifest; what is not here whole yet is left for another time. */
static bool
make_image(struct registry *registry, int64_t manifest, const struct v1_source *source,
    const struct manifest *parsed, struct error *err)
{
	const char *why = "it is no image";
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
	if (!v1_images_make(registry->db->arena, parsed, config, &images, &count, &why))
		return db_v1_view_put(registry->db, manifest, source->manifest, NULL, 0, why, err);
	return keep_images(registry, manifest, source->manifest, images, count, err);
}

bool
v1_view_make(struct registry *registry, int64_t manifest, struct error *err)
{
	struct arena *arena = registry->db->arena;
	const struct descriptor *child;
	struct manifest *parsed;
	struct v1_source *source;
	struct error reason = { 0 };

	if (!db_v1_source(registry->db, manifest, NULL, &source, err))
		return false;
	if (source == NULL)
		return true;
	if (!manifest_parse(arena, source->payload, source->media_type, &parsed, &reason))
		return db_v1_view_put(
		    registry->db, manifest, manifest, NULL, 0, reason.message, err);
	if (!parsed->is_index)
		return make_image(registry, manifest, source, parsed, err);
	if ((child = manifest_child_for(parsed, PLATFORM)) == NULL)
		return db_v1_view_put(registry->db, manifest, manifest, NULL, 0,
		    "it has no image for " PLATFORM, err);
	if (!db_v1_source(registry->db, 0, &child->digest, &source, err))
		return false;
	if (source == NULL)
		return true;
	if (!manifest_parse(arena, source->payload, source->media_type, &parsed, &reason))
		return db_v1_view_put(
		    registry->db, manifest, source->manifest, NULL, 0, reason.message, err);
	return make_image(registry, manifest, source, parsed, err);
}
