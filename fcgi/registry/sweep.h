/*
 * The sweep: files of the store that have no owner, for whatever reason, are removed once they had
 * none at two looks a day apart. What ends an owner queues its file in the same transaction, so
 * that only bugs, lost transactions and dead probes leave work for it.
 */
#ifndef REGISTRY_SWEEP_H
#define REGISTRY_SWEEP_H

#include "db/pool.h"
#include "store/store.h"

/* Look at one directory that is due. *more: there was one. Several sweeps may run at once. */
bool registry_sweep(struct db_pool *, struct store *, bool *more, struct error *) MUST_CHECK;

#endif
