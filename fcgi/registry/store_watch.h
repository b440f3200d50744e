/*
 * A thread that looks every second whether the blob store is where it was, since a mount may come
 * or go. It logs a change once, and keeps the row that tells other programs (table store_state).
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
void store_watch_stop(struct store_watch *); /* NULL is fine */

#endif
