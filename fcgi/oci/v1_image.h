/*
 * v1 images made from an image of schema 2 or OCI: what clients of the v1 API, and of signed schema
 * 1, see of it. One for each entry of the config's history, the empty ones with an empty layer.
 *
 * Made from nothing but manifest and config, the same for everybody and for ever: an id is the
 * SHA-256 of the JSON without it, a line feed, and the layer's digest. So images that begin alike
 * share ids, and nobody can make one id stand for two things.
 */
#ifndef OCI_V1_IMAGE_H
#define OCI_V1_IMAGE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "oci/digest.h"
#include "oci/manifest.h"

#define V1_IMAGES_MAX 124 /* old clients cannot use deeper ones */

struct v1_image {
	struct digest id;    /* its SHA-256 value is the id */
	const char *text;    /* JSON as it is served */
	struct digest layer; /* v1_empty_layer's for an empty one */
	bool empty;
	bool zstd; /* a layer that no v1 client can read as it is */
};

/* The layer of an empty entry: an empty tar, compressed. */
extern const struct bytes v1_empty_layer;
void v1_empty_layer_digest(struct digest *);

/* Root first, in the arena. false: v1 clients do not see this manifest; *why says the reason. */
bool v1_images_make(struct arena *, const struct manifest *, struct bytes config,
    struct v1_image **out, size_t *count, const char **why) MUST_CHECK;

#endif
