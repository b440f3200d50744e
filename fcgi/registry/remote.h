/*
 * Remote repositories in a pull: upstreams are asked for content that is missing or no longer
 * fresh, in search order (artifactory-api 10 and 11). Their answers are stored, and then found like
 * any other content.
 *
 * On a thread that must not block, the need to ask is ERROR_WOULD_BLOCK.
 */
#ifndef REGISTRY_REMOTE_H
#define REGISTRY_REMOTE_H

#include "db/remote.h"
#include "registry/registry.h"

/* The result of asking. */
enum remote_end {
	REMOTE_FOUND,  /* it is stored now: look it up again */
	REMOTE_NOTHING /* no remote has it */
};

/*
 * Find a manifest. *row: the manifest found here, or NULL. It is kept if the upstreams have nothing
 * better, with registry->warning set if it is stale. A remote that stores nothing returns its
 * answer in *row too.
 */
bool remote_manifest(struct registry *, const char *name, const struct reference *,
    struct manifest_row **row, enum remote_end *, struct error *) MUST_CHECK;

/* Update the tag lists of a name. On a failure the known tags are kept, with a warning. */
bool remote_tags(
    struct registry *, const char *name, bool known, enum remote_end *, struct error *) MUST_CHECK;

/* Find a blob. On REMOTE_FOUND it is stored, and the *reader is NULL, or it is being fetched; with
 * `head` only *size is set. */
struct reader;
bool remote_blob(struct registry *, const char *name, const struct digest *, bool head,
    struct reader **, int64_t *size, enum remote_end *, struct error *) MUST_CHECK;

#endif
