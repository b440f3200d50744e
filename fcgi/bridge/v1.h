/*
 * The v1 API's part of the domain: images of one layer each, pushed root first, each visible once
 * its checksum is verified; and the v1 projection of images that were pushed over v2 (the bridge).
 *
 * Names are canonical: "library/N" for names of one part. Ids are 64 hexadecimal digits, stored as
 * SHA-256 digests.
 */
#ifndef BRIDGE_V1_H
#define BRIDGE_V1_H

#include "db/v1.h"
#include "oci/v1_image.h"
#include "registry/registry.h"
#include "store/recompress.h"

/* NOT_FOUND; BAD_REQUEST while the image is being pushed. name NULL: any image with this id that
 * the principal may read, if all of them are identical. */
bool registry_v1_image_require(struct registry *, const char *name, const struct digest *id,
    struct v1_image_row **, struct error *) MUST_CHECK;

/* A layer that v1 clients cannot read as it is stored, for recompress_read(). ERROR_WOULD_BLOCK;
 * UNAVAILABLE if too many layers are being read this way. */
struct recompress *registry_v1_recompress(
    struct registry *, const struct v1_image_row *, struct error *) MUST_CHECK;

/* May anonymous clients read the name? NOT_FOUND if it holds no v1 image. */
bool registry_v1_public(struct registry *, const char *name, bool *open, struct error *) MUST_CHECK;

/* The tags that v1 clients see, sorted; tag NULL: all. NOT_FOUND if the name holds no v1 image, or
 * the tag does not exist. */
bool registry_v1_tags(struct registry *, const char *name, const char *tag, struct v1_tag_row **,
    size_t *count, struct error *) MUST_CHECK;

struct v1_search {
	const char *text;
	int64_t limit, page; /* the first page is 1 */
	const char **names;
	size_t count;
	int64_t total;
};
bool registry_v1_search(struct registry *, struct v1_search *, struct error *) MUST_CHECK;

/* --- Pushing; each function first checks the rights of the principal --- */

/* DENIED if the principal may not. */
bool registry_v1_target_require(
    struct registry *, const char *name, int wanted, struct target *, struct error *) MUST_CHECK;
/* CONFLICT "Image already exists"; BAD_REQUEST if the JSON has another id, or a parent that does
 * not exist. */
bool registry_v1_json_push(struct registry *, const char *name, const struct digest *id,
    struct bytes json, struct error *) MUST_CHECK;

struct session;
struct v1_layer; /* being uploaded; lives with the arena */
/* Write the bytes into the session, then end it. NOT_FOUND without a JSON, CONFLICT. */
bool registry_v1_layer_start(struct registry *, const char *name, const struct digest *id,
    struct v1_layer **, struct session **, struct error *) MUST_CHECK;
bool registry_v1_layer_end(struct v1_layer *, struct error *) MUST_CHECK;

/* The checksum of the payload makes the image visible. BAD_REQUEST if it differs or the layer is
 * missing; CONFLICT, NOT_FOUND. */
bool registry_v1_checksum_push(struct registry *, const char *name, const struct digest *id,
    const struct digest *payload, const char *tarsum, struct error *) MUST_CHECK;
bool registry_v1_tag_push(struct registry *, const char *name, const char *tag,
    const struct digest *id, const char *agent, struct error *) MUST_CHECK;
/* tag NULL: delete all tags; images stay. NOT_FOUND. */
bool registry_v1_tags_delete(
    struct registry *, const char *name, const char *tag, struct error *) MUST_CHECK;

/* --- Private to bridge/ --- */

/* If the repository forwards its pushes: create a schema 2 image under this tag in the bridged
 * repository, with the pusher's rights there. The same image always gives the same manifest. */
bool v1_forward(struct registry *, const struct target *, const char *name, const char *tag,
    const struct digest *id, struct error *) MUST_CHECK;

/* Compute the v1 projection of a manifest, and store it. A manifest without one is not an error. */
bool v1_projection_make(struct registry *, int64_t manifest, struct error *) MUST_CHECK;
/* The same for a manifest that was found under this name but is not fully cached: its upstream is
 * asked for all that the projection needs, but not for layers, and nothing is stored. */
struct manifest_row;
bool v1_projection_fetch(struct registry *, const char *name, const struct manifest_row *,
    struct v1_projection_image **, size_t *count, struct error *) MUST_CHECK;

#endif
