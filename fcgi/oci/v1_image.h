/*
 * v1 images derived from an image of schema 2 or OCI, for clients of the v1 API and of signed
 * schema 1. There is one for each history entry of the config; empty entries get an empty layer.
 *
 * They depend on manifest and config only, and never change: an id is the SHA-256 of the JSON
 * without the id, a line feed, and the layer's digest. So images with the same beginning share ids,
 * and an id cannot be made to mean two things.
 */
#ifndef OCI_V1_IMAGE_H
#define OCI_V1_IMAGE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "oci/digest.h"
#include "oci/manifest.h"

#define V1_IMAGES_MAX 124 /* limit of old clients */

struct v1_image {
	struct digest id;    /* its SHA-256 value is the id */
	const char *text;    /* JSON as served */
	struct digest layer; /* of an empty image: v1_image_empty_layer's */
	bool empty;
	bool zstd; /* v1 clients cannot read this layer as it is */
};

/* --- Ids: 64 hexadecimal digits, stored as SHA-256 digests --- */

/* NOT_FOUND if the text is not an id. */
bool v1_image_id_read(struct digest *, const char *text, struct error *) MUST_CHECK;
static inline const char *
v1_id_text(const struct digest *id)
{
	return id->text + sizeof("sha256:") - 1;
}

/* The layer of an empty entry: an empty tar, compressed. */
extern const struct bytes v1_image_empty_layer;
void v1_image_empty_layer_digest(struct digest *);

/* Root first, in the arena. false: v1 clients cannot use this manifest; *reason says why. */
bool v1_images_make(struct arena *, const struct manifest *, struct bytes config,
    struct v1_image **out, size_t *count, const char **reason) MUST_CHECK;

#endif
