/* State that the threads of a worker process share. */
#ifndef RESPONDER_WORKER_STATE_H
#define RESPONDER_WORKER_STATE_H

#include <stdatomic.h>

#include "base/share.h"
#include "responder/blocking_pool.h"
#include "responder/idle.h"
#include "responder/linger.h"
#include "responder/listen.h"
#include "responder/responder.h"
#include "responder/service.h"

struct worker_state {
	const struct responder *responder;
	struct service *service;
	int stop_fd;                         /* readable when the accepting threads must stop */
	struct idle *idle[POOLS];            /* owned */
	struct blocking_pool *blocking_pool; /* owned */
	struct blocking_pool *receivers;     /* owned: threads that wait for bodies */
	struct share *uploads, *documents;   /* owned: in total one place per receiver */
	struct linger_set *lingering;        /* owned */
	atomic_int busy;      /* threads that hold a request, or are about to accept one */
	atomic_int uploading; /* of these, those for uploads */
};

void worker_state_open(struct worker_state *, const struct responder *, struct service *);
/* Tell the accepting threads to stop. */
void worker_state_stop(struct worker_state *);
/* Call it after the accepting threads have ended. Waits for those of the blocking pools. */
void worker_state_close(struct worker_state *);

#endif
