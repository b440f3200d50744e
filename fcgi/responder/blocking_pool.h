/*
 * Requests that wait for an upstream, or for their body, are dispatched to threads of this pool, so
 * that the accepting threads stay free. Threads are created when needed and end when idle.
 */
#ifndef RESPONDER_BLOCKING_POOL_H
#define RESPONDER_BLOCKING_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

struct blocking_pool;

/* At most `limit` threads. */
struct blocking_pool *blocking_pool_open(size_t limit) RETURNS_NONNULL;
/* Wait until all jobs are done. */
void blocking_pool_close(struct blocking_pool *);

/* Run function(job) on a thread of the pool. false: all threads are busy, and the caller still owns
 * the job. */
bool blocking_pool_run(struct blocking_pool *, void (*function)(void *), void *job) MUST_CHECK;

#endif
