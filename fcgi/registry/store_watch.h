/*
 * A thread that checks every second whether the blob store is available, since it may be mounted or
 * unmounted. It logs each change once, and updates the row that informs other programs (table
 * store_state).
 */
#ifndef REGISTRY_STORE_WATCH_H
#define REGISTRY_STORE_WATCH_H

#include "base/attributes.h"
#include "db/pool.h"
#include "store/store.h"

struct store_watch;

/* program: the name for the row. All are borrowed. */
struct store_watch *store_watch_start(
    struct db_pool *, struct store *, const char *program) RETURNS_NONNULL;
void store_watch_stop(struct store_watch *); /* may be NULL */

#endif
