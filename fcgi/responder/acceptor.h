/* Threads that accept requests, each from one listening socket and the idle connections of its
 * pool. */
#ifndef RESPONDER_ACCEPTOR_H
#define RESPONDER_ACCEPTOR_H

#include "responder/worker_state.h"

struct acceptors;

/* Start the threads of both pools. */
struct acceptors *acceptors_start(struct worker_state *, const struct listeners *) RETURNS_NONNULL;
/* Wait until they have ended, which worker_state_stop() tells them to. */
void acceptors_join(struct acceptors *);

#endif
