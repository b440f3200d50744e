/* A blob that was published twice keeps one of the two files. */
#ifndef REGISTRY_DUPLICATE_H
#define REGISTRY_DUPLICATE_H

#include "db/blob.h"
#include "store/store.h"

/*
 * The row of the digest names the file *holder; `file`, whose bytes were hashed, is the duplicate
 * and is queued for maintenance. If the holder's file is missing or has another size, the row gets
 * `file` instead, and *holder is set to it. Nothing is removed here: another request of the same
 * session may be setting the row to this very file. UNAVAILABLE if the digest may be left without a
 * file.
 */
bool registry_duplicate_settle(struct db *, struct store *, const struct digest *, int64_t file,
    int64_t size, int64_t *holder, struct error *) MUST_CHECK;

#endif
