/* Ask upstreams for a blob (remote.h). */
#ifndef REGISTRY_REMOTE_BLOB_H
#define REGISTRY_REMOTE_BLOB_H

#include "oci/digest.h"
#include "registry/reader.h"
#include "registry/remote.h"

/* Find a blob. On REMOTE_FOUND it is stored, and the *reader is NULL, or it is being fetched; with
 * `head` only *size is set. */
bool remote_blob(struct registry *, const char *name, const struct digest *, bool head,
    struct reader **, int64_t *size, enum remote_end *, struct error *) MUST_CHECK;

#endif
