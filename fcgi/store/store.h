/*
 * Blobs on disk, content-addressed:
 *
 * ROOT/blobs/sha256/ab/HEX.FILEID: a blob; written once, removed once, its name is never reused
 *
 * ROOT/uploads/FILEID: a blob that is being received
 *
 * File paths are built from binary digests and file ids only.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"
#include "oci/digest.h"
#include "store/place.h"

/* Absolute path of a blob's file (arena). */
const char *store_blob_path(
    const struct store *, struct arena *, const struct digest *, int64_t file);
const char *store_upload_path(const struct store *, struct arena *, int64_t file);
/* Size of a blob's file, or -1 with errno; ESTALE if the store is unavailable. */
int64_t store_blob_size(const struct store *, const struct digest *, int64_t file);
/* Remove a blob's file; a missing file counts as success. */
bool store_blob_unlink(
    struct store *, const struct digest *, int64_t file, struct error *) MUST_CHECK;
/* Hash the file; INTERNAL if it is unreadable. */
bool store_blob_digest(const struct store *, const struct digest *, int64_t file, struct digest *,
    int64_t *size, struct error *) MUST_CHECK;

/* Total and available bytes of the store's file system. */
bool store_space(struct store *, int64_t *total, int64_t *available, struct error *) MUST_CHECK;
/* Look for the store, create and rename a file; UNAVAILABLE with a message if that fails. *full is
 * set, as UNAVAILABLE, if less than the reserve is free: the store is readable nevertheless. */
bool store_ready(
    struct store *, int64_t reserve_bytes, struct error *full, struct error *) MUST_CHECK;

#endif
