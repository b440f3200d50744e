/*
 * Housekeeping, the work of stowage-keep: what is over is taken away, a little at a time, and
 * upstreams that are assumed offline are tried again. On several nodes they share the work.
 */
#ifndef REGISTRY_HOUSEKEEPING_H
#define REGISTRY_HOUSEKEEPING_H

#include "registry/relay.h"

struct housekeeping;

/* Everything is borrowed. is_stopping is asked between two pieces of work. */
struct housekeeping *housekeeping_open(
    struct db_pool *, struct store *, struct relay *, bool (*is_stopping)(void)) RETURNS_NONNULL;
void housekeeping_close(struct housekeeping *);

/* Run every job once, each for a few seconds at most. *more: some have work left. false if a job
 * failed: the log says why, and the next round tries it again. */
bool housekeeping_round(struct housekeeping *, bool *more) MUST_CHECK;

#endif
