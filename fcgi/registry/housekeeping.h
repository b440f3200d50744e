/*
 * Housekeeping: what is over is taken away, a little at a time, and upstreams that are assumed
 * offline are tried again. One thread of stowage-admin; on several nodes they share the work.
 */
#ifndef REGISTRY_HOUSEKEEPING_H
#define REGISTRY_HOUSEKEEPING_H

#include "registry/relay.h"

struct housekeeping;

/* In the background, from now on; everything is borrowed. */
struct housekeeping *housekeeping_start(
    struct db_pool *, struct store *, struct relay *) RETURNS_NONNULL;
void housekeeping_stop(struct housekeeping *);

#endif
