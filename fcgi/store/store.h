/*
 * Bytes on disk, content-addressed:
 *   ROOT/blobs/sha256/ab/HEX.FILEID   a blob; written once, unlinked once, the name never used
 * again ROOT/uploads/FILEID               a blob being received File paths are built from binary
 * digests and file ids only.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"
#include "oci/digest.h"

struct store;

/*
 * A store that has not been looked for yet. `identity`: what its root must carry (identity.h), else
 * nothing is read or written there; NULL: any, and no directories are made.
 */
struct store *store_open(const char *root, const char *identity) RETURNS_NONNULL;
void store_close(struct store *); /* NULL is fine */
/* The identity to look for from now on. */
void store_expect(struct store *, const char *identity);
/*
 * Look for the store at its path: a mount may come or go at any time. The directories below are
 * made when missing (all shards at once, so that a push never needs an mkdir), synced. UNAVAILABLE,
 * with path and reason as the cause: not there. At most one thread looks at a time.
 */
bool store_look(struct store *, struct error *) MUST_CHECK;
/* Was the store there at the last look, and is the same directory at its path still? Else
 * UNAVAILABLE, and errno is ESTALE. All functions that touch a file begin with it. */
bool store_require(const struct store *, struct error *) MUST_CHECK;
const char *store_root(const struct store *); /* as configured */

/* Absolute path of a blob's file (arena). */
const char *store_blob_path(
    const struct store *, struct arena *, const struct digest *, int64_t file);
const char *store_upload_path(const struct store *, struct arena *, int64_t file);
/* Size of a blob's file, or -1 with errno; ESTALE if the store is not there. */
int64_t store_blob_size(const struct store *, const struct digest *, int64_t file);
/* Remove a blob's file; not being there counts as success. */
bool store_blob_unlink(
    struct store *, const struct digest *, int64_t file, struct error *) MUST_CHECK;
/* Hash the file; INTERNAL when unreadable. */
bool store_blob_digest(const struct store *, const struct digest *, int64_t file, struct digest *,
    int64_t *size, struct error *) MUST_CHECK;

/* Bytes of the file system that holds the store. */
bool store_space(struct store *, int64_t *total, int64_t *available, struct error *) MUST_CHECK;
/* Look for the store, create and rename a file; else UNAVAILABLE with a sentence. *full is set, as
 * UNAVAILABLE, if fewer bytes than the reserve are free: it can be read all the same. */
bool store_ready(
    struct store *, int64_t reserve_bytes, struct error *full, struct error *) MUST_CHECK;

/* Called for a file, with its path relative to the root; digest is NULL unless it has the name of a
 * blob. file is 0 for what a probe left behind, -1 if the name fits no pattern. */
typedef bool store_visit(
    void *context, const char *path, const struct digest *, int64_t file, int64_t size);
/* Visit every file below uploads/ and blobs/; false from the visit stops, which is no failure. */
bool store_walk(struct store *, store_visit *, void *context, struct error *) MUST_CHECK;
/* The same for one directory, without those below it. */
bool store_list(
    struct store *, const char *directory, store_visit *, void *context, struct error *) MUST_CHECK;
/* Is the file of a walk still there? */
bool store_has(const struct store *, const char *path);
/* Remove it; not being there counts as success. */
bool store_remove(struct store *, const char *path, struct error *) MUST_CHECK;

#endif
