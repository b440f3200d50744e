/* Maintenance, the work of stowage-keep: expired rows and files are removed, a little at a time,
 * and upstreams that are assumed offline are probed. Several nodes share the work. */
#ifndef REGISTRY_MAINTENANCE_H
#define REGISTRY_MAINTENANCE_H

#include "registry/upstreams.h"
#include "store/store.h"

struct maintenance;

/* Everything is borrowed. is_stopping is called between two pieces of work. */
struct maintenance *maintenance_open(struct db_pool *, struct store *, struct upstreams *,
    bool (*is_stopping)(void)) RETURNS_NONNULL;
void maintenance_close(struct maintenance *);

/* Run every job once, each for a few seconds at most. *more: some jobs have work left. false: a job
 * failed; the log says why, and the next round retries it. */
bool maintenance_round(struct maintenance *, bool *more) MUST_CHECK;

#endif
