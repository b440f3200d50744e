#include "responder/task.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "http/reply.h"
#include "http/reply_send.h"
#include "http/same_origin.h"
#include "responder/access_log.h"
#include "responder/api.h"

void
task_free(struct task *task)
{
	if (task == NULL)
		return;
	arena_free(task->arena);
	transport_close(task->transport);
	free(task);
}

struct task *
task_new(struct worker_state *worker, struct transport *transport, struct idle *idle)
{
	struct task *task = malloc(sizeof(*task));

	if (task == NULL) {
		transport_close(transport);
		return NULL;
	}
	*task = (struct task){
		.worker = worker, .transport = transport, .arena = arena_try_new(), .idle = idle
	};
	if (task->arena != NULL && task->transport != NULL)
		return task;
	task_free(task);
	return NULL;
}

/* --- Answering --- */

/* A request that cannot be read is also answered by the responder, in the format of its API. */
static void
open_request(struct request *req, const struct task *task, struct error *err)
{
	struct service *service = task->worker->service;

	if (request_open(
		req, task->transport, task->arena, service->config->http_trusted_proxies, err) &&
	    same_origin_check(req, err) && task->blocking == BLOCKING_REFUSED)
		error_set(err, ERROR_WOULD_BLOCK, NULL);
	req->service = service;
	req->may_block = (task->blocking & (BLOCKING_UPSTREAM | BLOCKING_REFUSED)) != 0;
	req->may_receive = (task->blocking & BLOCKING_BODY) != 0;
	req->uploads = task->worker->uploads;
	req->documents = task->worker->documents;
	req->place = task->place;
	reply_open(req);
}

enum outcome {
	OUTCOME_ANSWERED,
	OUTCOME_DISPATCHED, /* to be served by a thread that may block */
	OUTCOME_STARVED     /* the request, or what it asks for, needs too much memory */
};

/* One attempt to answer a request. */
struct attempt {
	struct task *task;
	struct request *req;
	struct db *db;
	struct error *err;
	bool starved;  /* the one before found no memory */
	bool answered; /* the result */
};

static void
run_responder(void *argument)
{
	struct attempt *attempt = argument;
	struct request *req = attempt->req;

	open_request(req, attempt->task, attempt->err);
	if (attempt->starved)
		error_set(attempt->err, ERROR_UNAVAILABLE, NULL);
	attempt->answered = api_serve(
	    attempt->task->worker->responder->api, req, attempt->db, attempt->err);
}

static enum outcome
respond(struct attempt *attempt)
{
	bool done;

	attempt->req->place = NULL;
	done = memory_try(run_responder, attempt);
	if (done || attempt->req->place != NULL)
		attempt->task->place = attempt->req->place;
	if (!done)
		return OUTCOME_STARVED;
	return attempt->answered ? OUTCOME_ANSWERED : OUTCOME_DISPATCHED;
}

/* The same after releasing what the request allocated, so that there is memory for the error. */
static enum outcome
respond_starved(struct attempt *attempt)
{
	arena_reset(attempt->task->arena);
	attempt->starved = true;
	return respond(attempt);
}

static void
run_send(void *req)
{
	reply_protect(req);
	reply_send(req);
}

static void
send_reply(struct task *task, struct request *req)
{
	if (!memory_try(run_send, req)) /* a part may have been sent */
		transport_abort(task->transport);
}

/* If it was not answered, task->blocking says now what its thread must be able to block on. */
bool
task_answer(struct task *task)
{
	struct request req;
	struct db db = { .pool = task->worker->service->pool,
		.arena = task->arena,
		.bounded = (task->blocking & BLOCKING_UPSTREAM) == 0 };
	struct error err = { 0 };
	struct attempt attempt = { .task = task, .req = &req, .db = &db, .err = &err };
	enum outcome outcome = respond(&attempt);

	if (outcome == OUTCOME_STARVED)
		outcome = respond_starved(&attempt);
	if (outcome == OUTCOME_DISPATCHED) {
		task->blocking = BLOCKING_UPSTREAM | (req.awaits_body ? BLOCKING_BODY : 0);
		arena_reset(task->arena);
		return false;
	}
	if (outcome == OUTCOME_ANSWERED)
		send_reply(task, &req);
	else
		transport_abort(task->transport);
	transport_finish(task->transport);
	if (outcome == OUTCOME_ANSWERED)
		access_log_write(&req, &err, task->started);
	share_release(task->place);
	task->place = NULL;
	return true;
}

void
task_done(struct task *task)
{
	bool refused;
	int fd = transport_detach(task->transport, &refused);

	arena_reset(task->arena);
	if (fd != -1 && refused)
		linger_put(task->worker->lingering, fd);
	else if (fd != -1)
		idle_add(task->idle, fd);
}

/* --- Dispatching --- */

/*
 * On a thread of a blocking pool: answer the request from its beginning, and block if necessary. A
 * thread of the blocking pool whose request needs its body dispatches it again, so that bodies
 * never delay requests that wait for other things.
 */
static void
answer_dispatched(void *argument)
{
	struct task *task = argument;
	struct worker_state *worker = task->worker;
	bool answered;

	atomic_fetch_add(&worker->busy, 1);
	answered = task_answer(task);
	if (answered || !task_dispatch(task)) {
		if (!answered)
			task_refuse(task);
		task_done(task);
		task_free(task);
	}
	atomic_fetch_sub(&worker->busy, 1);
}

bool
task_dispatch(struct task *task)
{
	return blocking_pool_run((task->blocking & BLOCKING_BODY) != 0
				     ? task->worker->receivers
				     : task->worker->blocking_pool,
	    answer_dispatched, task);
}

void
task_refuse(struct task *task)
{
	task->blocking = BLOCKING_REFUSED;
	(void)!task_answer(task);
}
