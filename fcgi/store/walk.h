/* Walks through the files of a store. */
#ifndef STORE_WALK_H
#define STORE_WALK_H

#include "store/store.h"

/* Called for a file, with its path relative to the root. digest is NULL unless the file is named
 * like a blob. file is 0 for a leftover of a probe, -1 if the name matches no pattern. */
typedef bool store_visit(
    void *context, const char *path, const struct digest *, int64_t file, int64_t size);
/* Visit every file below uploads/ and blobs/. If the visit returns false, the walk stops, which is
 * not a failure. */
bool store_walk(struct store *, store_visit *, void *context, struct error *) MUST_CHECK;
/* The same for one directory, without its subdirectories. */
bool store_list(
    struct store *, const char *directory, store_visit *, void *context, struct error *) MUST_CHECK;
/* True if a file from a walk still exists. */
bool store_has(const struct store *, const char *path);
/* Remove such a file; a missing file counts as success. */
bool store_remove(struct store *, const char *path, struct error *) MUST_CHECK;

#endif
