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

/* Open the root; the folders are made when missing (all shards at once, so that a push never needs
 * an mkdir), synced. */
struct store *store_open(const char *root, struct error *) MUST_CHECK;
void store_close(struct store *); /* NULL is fine */

/* Absolute path of a blob's file (arena). */
const char *store_blob_path(
    const struct store *, struct arena *, const struct digest *, int64_t file);
const char *store_upload_path(const struct store *, struct arena *, int64_t file);
/* Size of a blob's file, or -1 with errno. */
int64_t store_blob_size(const struct store *, const struct digest *, int64_t file);
/* Remove a blob's file; not being there counts as success. */
bool store_blob_unlink(
    struct store *, const struct digest *, int64_t file, struct error *) MUST_CHECK;
/* Hash the file; INTERNAL when unreadable. */
bool store_blob_digest(const struct store *, const struct digest *, int64_t file, struct digest *,
    int64_t *size, struct error *) MUST_CHECK;

/* Bytes of the file system that holds the store. */
bool store_space(struct store *, int64_t *total, int64_t *available, struct error *) MUST_CHECK;
/* Create and rename a file; free bytes over the reserve; else UNAVAILABLE with a sentence. */
bool store_ready(struct store *, int64_t reserve_bytes, struct error *) MUST_CHECK;

/* Call visit for every file below uploads/ and blobs/; false from visit stops, which is no failure.
 * digest is NULL for uploads; path is relative to the root; file -1: the name fits no pattern. */
bool store_walk(struct store *,
    bool (*visit)(void *, const char *path, const struct digest *, int64_t file, int64_t size),
    void *, struct error *) MUST_CHECK;
/* Is the file of a walk still there? */
bool store_has(const struct store *, const char *path);

#endif
