/*
 * The sweep: a file in the store is removed if it had no owner at two looks a day apart. A
 * transaction that deletes an owner queues its file for removal, so only bugs, lost transactions
 * and the probe files of a killed process leave work for the sweep.
 */
#ifndef REGISTRY_SWEEP_H
#define REGISTRY_SWEEP_H

#include "db/pool.h"
#include "store/store.h"

/* Look at one directory that is due. *more: there was one. Several sweeps may run at once. */
bool registry_sweep(struct db_pool *, struct store *, bool *more, struct error *) MUST_CHECK;

#endif
