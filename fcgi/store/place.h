/* The place of a store: its directory may be mounted, unmounted or replaced at any time. */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"

struct store;

/*
 * Make a store whose directory has not been looked for yet. `identity`: required identity of its
 * root (identity.h), else nothing is read or written there; NULL: any, and no directories are made.
 */
struct store *store_open(const char *root, const char *identity) RETURNS_NONNULL;
void store_close(struct store *); /* NULL is fine */
/* Set the required identity. */
void store_expect(struct store *, const char *identity);
/*
 * Look for the store at its path, since a file system may be mounted or unmounted at any time.
 * Missing directories are made (all shards at once, so that a push never needs mkdir) and synced.
 * UNAVAILABLE, with path and reason as the cause, if the store is not found; it is then refused
 * until it is. If the process lacks descriptors or memory, the result of the last look stands. At
 * most one thread looks at a time.
 */
bool store_look(struct store *, struct error *) MUST_CHECK;
/* Check that the store was found at the last look, and that the same directory is still at its
 * path; else UNAVAILABLE, and errno is ESTALE. All functions that access a file call this first. */
bool store_require(const struct store *, struct error *) MUST_CHECK;
const char *store_root(const struct store *); /* as configured */

#endif
