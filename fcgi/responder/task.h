/* A request under way: it is answered by the thread that accepted it, or dispatched to one that may
 * block. */
#ifndef RESPONDER_TASK_H
#define RESPONDER_TASK_H

#include "base/arena.h"
#include "http/transport.h"
#include "responder/worker_state.h"

/* The things that a thread may block on. */
enum blocking {
	BLOCKING_BODY = 1,
	BLOCKING_UPSTREAM = 2, /* or a hash slot */
	BLOCKING_REFUSED = 4   /* on nothing, and no other thread is free to block */
};

/* The request, or the next one of its connection, with everything that is dispatched with it. */
struct task {
	struct worker_state *worker;
	struct transport *transport; /* owned */
	struct arena *arena;         /* owned */
	struct idle *idle;           /* of its pool */
	struct share_place *place;
	unsigned blocking; /* enum blocking, of the thread that answers */
	int64_t started;
};

/* Takes ownership of the transport. NULL if memory is exhausted. */
struct task *task_new(struct worker_state *, struct transport *, struct idle *) MUST_CHECK;
void task_free(struct task *); /* NULL is fine */

/* Answer the request, and log it. false: it was not answered, and must be dispatched. */
bool task_answer(struct task *) MUST_CHECK;
/* Let a thread that may block take over the task, and answer the request from its beginning. false:
 * all of them are busy. */
bool task_dispatch(struct task *) MUST_CHECK;
/* Answer that no thread is free. */
void task_refuse(struct task *);
/* The request is answered: decide what to do with its connection. */
void task_done(struct task *);

#endif
