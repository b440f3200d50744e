/*
 * Requests that must wait, for an upstream or for their body, are handed to threads of their own,
 * so that those who accept stay free. Threads are made when needed and go when idle.
 */
#ifndef RESPONDER_BLOCKING_POOL_H
#define RESPONDER_BLOCKING_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

struct blocking_pool;

/* At most `limit` threads. */
struct blocking_pool *blocking_pool_open(size_t limit) RETURNS_NONNULL;
/* Wait until all are done. */
void blocking_pool_close(struct blocking_pool *);

/* Run function(job) on one of them. false: all are busy, and the job is still the caller's. */
bool blocking_pool_run(struct blocking_pool *, void (*function)(void *), void *job) MUST_CHECK;

#endif
