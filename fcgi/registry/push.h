/* Pushing manifests, and blobs that another name holds; pushing the bytes of a blob: session.h. */
#ifndef REGISTRY_PUSH_H
#define REGISTRY_PUSH_H

#include "db/blob.h"
#include "db/manifest.h"
#include "registry/target.h"

/* Link a blob that the name `from` holds. *mounted is false if it cannot be linked, for any
 * reason. */
bool registry_blob_mount(struct request_scope *, const char *name, const char *from,
    const struct digest *, bool *mounted, struct error *) MUST_CHECK;

struct manifest_push {
	const char *name;
	const char *content_type; /* of the request; NULL when absent */
	struct bytes payload;
	const struct reference *reference; /* must match the payload if it has a digest */
	const char *const *tags;           /* additional tags, for a push by digest */
	size_t tag_count;
	const struct digest *expected; /* If-Match; NULL when absent */

	/* Set by the function: */
	struct digest digest;
	const struct manifest *manifest;
	struct digest *missing; /* on MANIFEST_BLOB_UNKNOWN */
	size_t missing_count;
};

/* The target comes from registry_target_require(), which is called before the body is read. */
bool registry_manifest_push(struct request_scope *, const struct target *, struct manifest_push *,
    struct error *) MUST_CHECK;

#endif
