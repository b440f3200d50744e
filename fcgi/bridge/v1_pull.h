/*
 * v1 images as clients of the v1 API find them: images of one layer each, pushed root first, each
 * visible once its checksum is verified; and the v1 projection of images that were pushed over v2.
 *
 * Names are canonical: "library/N" for names of one part.
 */
#ifndef BRIDGE_V1_PULL_H
#define BRIDGE_V1_PULL_H

#include <sys/types.h>

#include "db/v1_pull.h"
#include "oci/v1_image.h"
#include "registry/registry.h"

/* NOT_FOUND; BAD_REQUEST while the image is being pushed. name NULL: any image with this id that
 * the principal may read, if all of them are identical. */
bool bridge_v1_image_require(struct request_scope *, const char *name, const struct digest *id,
    struct v1_image_row **, struct error *) MUST_CHECK;

/* A layer as v1 clients can read it: a file, or if path is NULL a stream of unknown size. */
struct v1_layer {
	const char *path;
	int64_t size;
	ssize_t (*read)(void *stream, int64_t offset, void *buffer, size_t size);
	void *stream; /* in the arena */
};

/* The layer of an image that has one. NOT_FOUND if its content is invalid; WOULD_BLOCK, or
 * UNAVAILABLE if too many layers are being recompressed, or without the store. */
bool bridge_v1_layer(struct request_scope *, const struct v1_image_row *, struct v1_layer *,
    struct error *) MUST_CHECK;

/* May anonymous clients read the name? NOT_FOUND if it holds no v1 image. */
bool bridge_v1_public(
    struct request_scope *, const char *name, bool *open, struct error *) MUST_CHECK;

/* The tags that v1 clients see, sorted; tag NULL: all. NOT_FOUND if the name holds no v1 image, or
 * the tag does not exist. */
bool bridge_v1_tags(struct request_scope *, const char *name, const char *tag, struct v1_tag_row **,
    size_t *count, struct error *) MUST_CHECK;

struct v1_search {
	const char *text;
	int64_t limit, page; /* the first page is 1 */
	const char **names;
	size_t count;
	int64_t total;
};
bool bridge_v1_search(struct request_scope *, struct v1_search *, struct error *) MUST_CHECK;

#endif
