/*
 * Requests that must wait, for an upstream or for their body, are handed to threads of their own,
 * so that those who accept stay free. Threads are made when needed and go when idle.
 */
#ifndef RESPONDER_WAITERS_H
#define RESPONDER_WAITERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

struct waiters;

/* At most `limit` threads. */
struct waiters *waiters_open(size_t limit) RETURNS_NONNULL;
/* Wait until all are done. */
void waiters_close(struct waiters *);

/* Run function(job) on one of them. false: all are busy, and the job is still the caller's. */
bool waiters_give(struct waiters *, void (*function)(void *), void *job) MUST_CHECK;

#endif
