/*
 * What remote repositories add to a pull: the upstreams that may know what is not here, or no
 * longer trusted, asked in the order of the search (artifactory-api 10 and 11). What they answer is
 * stored, and then found like everything else.
 *
 * On a thread that must not wait, the need to ask is ERROR_WOULD_BLOCK.
 */
#ifndef REGISTRY_REMOTE_H
#define REGISTRY_REMOTE_H

#include "db/remote.h"
#include "registry/registry.h"

/* What came of it. */
enum remote_end {
	REMOTE_FOUND,  /* look again: it is here now */
	REMOTE_NOTHING /* nobody has more */
};

/*
 * A manifest. *row: what was found here, NULL for nothing; it is left where nothing better is to be
 * had, with registry->warning set if it is out of date. A remote that stores nothing leaves its
 * answer in *row as well.
 */
bool remote_manifest(struct registry *, const char *name, const struct reference *,
    struct manifest_row **row, enum remote_end *, struct error *) MUST_CHECK;

/* The lists of tags under a name. Failures leave what is known here, with a warning. */
bool remote_tags(
    struct registry *, const char *name, bool known, enum remote_end *, struct error *) MUST_CHECK;

/* A blob: on REMOTE_FOUND either it is stored and *follower is NULL, or it is on its way; with
 * `head` only its *size is found. */
struct reader;
bool remote_blob(struct registry *, const char *name, const struct digest *, bool head,
    struct reader **, int64_t *size, enum remote_end *, struct error *) MUST_CHECK;

#endif
