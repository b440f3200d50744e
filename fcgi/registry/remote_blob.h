/* Ask upstreams for a blob (remote.h). */
#ifndef REGISTRY_REMOTE_BLOB_H
#define REGISTRY_REMOTE_BLOB_H

#include "db/blob.h"
#include "registry/reader.h"
#include "registry/remote.h"

/* A blob that was found: stored, or being fetched from an upstream. */
struct blob_found {
	struct blob_row *row;  /* NULL: it is being fetched */
	struct reader *reader; /* NULL with head: only its size is known */
	int64_t size;          /* -1: unknown */
	const void *bytes;     /* not NULL: the content itself, without a file */
};

/* Find a blob. On REMOTE_FOUND it is stored, and the reader is NULL, or it is being fetched; with
 * `head` only the size is set. */
bool remote_blob(struct request_scope *, const char *name, const struct digest *, bool head,
    struct blob_found *, struct answer *, enum remote_end *, struct error *) MUST_CHECK;

#endif
