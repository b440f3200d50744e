/* Bytes that were published twice: one file stays. */
#ifndef REGISTRY_DUPLICATE_H
#define REGISTRY_DUPLICATE_H

#include "db/blob.h"
#include "store/store.h"

/*
 * The row of the digest names the file *holder, and `file`, whose bytes were hashed, lost to it and
 * is queued for housekeeping. But if the holder is missing or has another size, the row takes
 * `file`, and so does *holder. Nothing is removed here: another request of the same session may be
 * giving the row this very file. UNAVAILABLE if the digest may be left without a file.
 */
bool registry_duplicate_settle(struct db *, struct store *, const struct digest *, int64_t file,
    int64_t size, int64_t *holder, struct error *) MUST_CHECK;

#endif
