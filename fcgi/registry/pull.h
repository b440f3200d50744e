/* Pulling: manifests, blobs, and the lists. One statement each, unless an upstream is asked. */
#ifndef REGISTRY_PULL_H
#define REGISTRY_PULL_H

#include "db/blob.h"
#include "db/manifest.h"
#include "registry/remote_blob.h"

/* MANIFEST_UNKNOWN if the manifest does not exist or the principal may not read it. */
bool registry_manifest_require(struct request_scope *, const char *name, const struct reference *,
    bool payload, struct manifest_row **, struct answer *, struct error *) MUST_CHECK;
/* BLOB_UNKNOWN likewise. head: only test existence; if the client is about to push, only stored
 * blobs count, and the blob is kept for the push. */
bool registry_blob_require(struct request_scope *, const char *name, const struct digest *,
    bool head, struct blob_found *, struct answer *, struct error *) MUST_CHECK;
/* Absolute path of the file (arena). */
const char *registry_blob_path(const struct registry *, const struct blob_row *);

/* At most `limit` items after `last`; *more: the list continues. */
struct list {
	const char **items;
	size_t count;
	bool more;
	const char *last; /* start of the next page; set when there is an item */
};

/* NAME_UNKNOWN if the name has no content that the principal may read. */
bool registry_tags_list(struct request_scope *, const char *name, const char *last, int limit,
    struct list *, struct answer *, struct error *) MUST_CHECK;
bool registry_catalog(
    struct request_scope *, const char *last, int limit, struct list *, struct error *) MUST_CHECK;
/* Descriptors as JSON text. An unknown subject or name has no referrers: the list is empty, and no
 * error is returned. */
bool registry_referrers_list(struct request_scope *, const char *name, const struct digest *subject,
    const char *artifact_type, const char *last, int limit, struct list *,
    struct error *) MUST_CHECK;

/* Bits of `enum action` that a token may grant under this name; 0 if the name does not exist or no
 * action is allowed. */
bool registry_rights(
    struct request_scope *, const char *name, int *actions, struct error *) MUST_CHECK;

#endif
