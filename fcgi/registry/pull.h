/* Pulling: manifests, blobs, and the lists. One statement each. */
#ifndef REGISTRY_PULL_H
#define REGISTRY_PULL_H

#include "db/blob.h"
#include "db/manifest.h"
#include "registry/registry.h"

/* MANIFEST_UNKNOWN when it is not there or not for this principal. */
bool registry_manifest_require(struct registry *, const char *name, const struct reference *,
    bool payload, struct manifest_row **, struct error *) MUST_CHECK;

/* A blob that was found: stored, or on its way from an upstream. */
struct blob_found {
	struct blob_row *row;  /* NULL: it is on its way */
	struct reader *reader; /* NULL with head: only its size is known */
	int64_t size;          /* -1: not known yet */
	const void *bytes;     /* not NULL: these are it, there is no file */
};

/* BLOB_UNKNOWN likewise. head: only whether it is there; to a client that is about to push only
 * what is stored counts then, and it stays for the push. */
bool registry_blob_require(struct registry *, const char *name, const struct digest *, bool head,
    struct blob_found *, struct error *) MUST_CHECK;
/* Absolute path of its bytes (arena). */
const char *registry_blob_path(struct registry *, const struct blob_row *);

/* At most `limit` items after `last`; *more: the list goes on. */
struct list {
	const char **items;
	size_t count;
	bool more;
	const char *last; /* where the next page starts after; set when there is an item */
};

/* NAME_UNKNOWN when the name holds nothing the principal may read. */
bool registry_tags_list(struct registry *, const char *name, const char *last, int limit,
    struct list *, struct error *) MUST_CHECK;
bool registry_catalog(
    struct registry *, const char *last, int limit, struct list *, struct error *) MUST_CHECK;
/* Descriptors as JSON text. A subject or name that is unknown has no referrers: an empty list, not
 * an error. */
bool registry_referrers_list(struct registry *, const char *name, const struct digest *subject,
    const char *artifact_type, const char *last, int limit, struct list *,
    struct error *) MUST_CHECK;

/* Bits of `enum action` a token may be given under this name; 0 for what does not exist or is not
 * allowed. */
bool registry_rights(struct registry *, const char *name, int *actions, struct error *) MUST_CHECK;

#endif
