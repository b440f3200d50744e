/*
 * The v1 API's part of the domain: images that are one layer each, pushed root first, each visible
 * once its checksum is verified; and the same seen of what was pushed over v2 (the bridge).
 *
 * Names are canonical: "library/N" for those of one part. Ids are 64 hexadecimal digits, kept as
 * SHA-256 digests.
 */
#ifndef REGISTRY_V1_H
#define REGISTRY_V1_H

#include "db/v1.h"
#include "registry/registry.h"
#include "store/recompress.h"

/* NOT_FOUND for what is no id. */
bool v1_id_read(struct digest *, const char *text, struct error *) MUST_CHECK;
static inline const char *
v1_id_text(const struct digest *id)
{
	return id->text + sizeof("sha256:") - 1;
}

/* NOT_FOUND; BAD_REQUEST while it is being pushed. name NULL: whatever the principal may read, if
 * all that go by the id are the same. */
bool registry_v1_image_require(struct registry *, const char *name, const struct digest *id,
    struct v1_image_row **, struct error *) MUST_CHECK;

/* A layer that v1 clients cannot read as it is, for recompress_read(). ERROR_WOULD_BLOCK;
 * UNAVAILABLE if too many are read. */
struct recompress *registry_v1_recompress(
    struct registry *, const struct v1_image_row *, struct error *) MUST_CHECK;

/* May anybody read the name? NOT_FOUND when it holds no v1 image. */
bool registry_v1_public(struct registry *, const char *name, bool *open, struct error *) MUST_CHECK;

/* The tags that v1 clients see, sorted; tag NULL: all. NOT_FOUND when the name holds no v1 image,
 * or the tag is not there. */
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

/* --- Pushing; each asks first whether the principal may --- */

/* DENIED. */
bool registry_v1_target_require(
    struct registry *, const char *name, int wanted, struct target *, struct error *) MUST_CHECK;
/* CONFLICT "Image already exists"; BAD_REQUEST for JSON of another id, or with a parent that is
 * not there. */
bool registry_v1_json_push(struct registry *, const char *name, const struct digest *id,
    struct bytes json, struct error *) MUST_CHECK;

struct session;
struct v1_layer; /* on its way; lives with the arena */
/* Write its bytes into the session, then end it. NOT_FOUND without a JSON, CONFLICT. */
bool registry_v1_layer_start(struct registry *, const char *name, const struct digest *id,
    struct v1_layer **, struct session **, struct error *) MUST_CHECK;
bool registry_v1_layer_end(struct v1_layer *, struct error *) MUST_CHECK;

/* The payload's checksum makes the image visible. BAD_REQUEST when it is another, or there is no
 * layer; CONFLICT, NOT_FOUND. */
bool registry_v1_checksum_push(struct registry *, const char *name, const struct digest *id,
    const struct digest *payload, const char *tarsum, struct error *) MUST_CHECK;
bool registry_v1_tag_push(struct registry *, const char *name, const char *tag,
    const struct digest *id, const char *agent, struct error *) MUST_CHECK;
/* tag NULL: all of them; images stay. NOT_FOUND. */
bool registry_v1_tags_delete(
    struct registry *, const char *name, const char *tag, struct error *) MUST_CHECK;

/* --- Private to registry/ --- */

/* If the repository hands its pushes on: make the image one of schema 2 under this tag in the
 * bridged repository, with the pusher's rights there. The same image becomes the same manifest. */
bool v1_forward(struct registry *, const struct target *, const char *name, const char *tag,
    const struct digest *id, struct error *) MUST_CHECK;

/* Work out how v1 clients see a manifest, and keep it. Not being able to is no failure. */
bool v1_projection_make(struct registry *, int64_t manifest, struct error *) MUST_CHECK;
/* The same for a manifest found under this name that is not here whole: what says how it is seen,
 * but no layer, is asked of its upstream, and nothing is kept. */
struct manifest_row;
bool v1_projection_fetch(struct registry *, const char *name, const struct manifest_row *,
    struct v1_projection_image **, size_t *count, struct error *) MUST_CHECK;

#endif
