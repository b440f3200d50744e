#include "responder/worker.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/share.h"
#include "base/thread.h"
#include "http/same_origin.h"
#include "http/transport.h"
#include "registry/store_watch.h"
#include "responder/api.h"
#include "responder/blocking_pool.h"
#include "responder/idle.h"
#include "responder/linger.h"

#define THREADS_PER_CORE 4
#define THREADS_MIN 8
#define STOP_MS 1000
#define AWAIT_MS 100
#define LINGER_MS 60000 /* a refused client may continue to send */
#define REQUEST_MS 5    /* a new connection without a request after this time waits in idle */
#define LOG_FIELD 512

struct worker {
	const struct responder *responder;
	struct service *service;
	int stop_fd;                         /* readable when the worker must stop */
	struct idle *idle[POOLS];            /* owned */
	struct blocking_pool *blocking_pool; /* owned */
	struct blocking_pool *receivers;     /* owned: threads that wait for bodies */
	struct share *uploads, *documents;   /* owned: in total one place per receiver */
	struct linger_set *lingering;        /* owned */
	atomic_int busy;      /* threads that hold a request, or are about to accept one */
	atomic_int uploading; /* of these, those for uploads */
};

/* The things that a thread may block on. */
enum blocking {
	BLOCKING_BODY = 1,
	BLOCKING_UPSTREAM = 2, /* or a hash slot */
	BLOCKING_REFUSED = 4   /* on nothing, and no other thread is free to block */
};

/* A request under way, or the next one, with everything that is dispatched with it. */
struct task {
	struct worker *worker;
	struct transport *transport; /* owned */
	struct arena *arena;         /* owned */
	struct idle *idle;           /* of its pool */
	struct share_place *place;
	unsigned blocking;
	int64_t started;
};

struct thread {
	struct worker *worker;
	struct task *task;  /* owned */
	struct task *spare; /* owned: the next task if `task` is dispatched; NULL: none yet */
	struct idle *idle;  /* of its pool */
	enum pool pool;
	int listen_fd;
	int epoll_fd;
};

/* --- One request --- */

static void
log_request(const struct request *req, const struct error *err, int64_t started)
{
	char path[LOG_FIELD], user[LOG_FIELD], method[64], cause[LOG_FIELD], line[4 * LOG_FIELD];
	const struct reply *reply = req->reply;
	/* Errors of ours are always explained, those of upstreams included. */
	const char *why = err->cause[0] == '\0' && reply->status >= 500 ? err->message : err->cause;
	int n;

	n = snprintf(line, sizeof(line),
	    "id=%s method=%s path=%s route=%s status=%d received=%" PRId64 " sent=%" PRId64
	    " ms=%" PRId64 " user=%s address=%s",
	    req->id, log_quote(method, sizeof(method), req->method_text),
	    log_quote(path, sizeof(path), req->path), req->route == NULL ? "-" : req->route,
	    reply->status, req->received, reply->bytes, clock_steady_ms() - started,
	    log_quote(
		user, sizeof(user), req->user == NULL || *req->user == '\0' ? "-" : req->user),
	    req->address == NULL ? "-" : req->address);
	if (req->is_head_only && n > 0 && (size_t)n < sizeof(line))
		n += snprintf(line + n, sizeof(line) - (size_t)n, " role=authorizer");
	if (*why != '\0' && n > 0 && (size_t)n < sizeof(line))
		snprintf(line + n, sizeof(line) - (size_t)n, " cause=%s",
		    log_quote(cause, sizeof(cause), why));
	log_fields(reply->status >= 500 ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, line);
}

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

/* Serve one request in its arena. false: it was not answered and must be dispatched to a thread
 * that may block as task->blocking says now. */
static bool
serve(struct task *task)
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
		return false;
	}
	if (outcome == OUTCOME_ANSWERED)
		send_reply(task, &req);
	else
		transport_abort(task->transport);
	transport_finish(task->transport);
	if (outcome == OUTCOME_ANSWERED)
		log_request(&req, &err, task->started);
	share_return(task->place);
	task->place = NULL;
	return true;
}

/* --- Threads --- */

/* Block until there is work; return the descriptor that has it. */
static int
wait_for_work(int epoll_fd)
{
	struct epoll_event event;
	int n;

	while ((n = epoll_wait(epoll_fd, &event, 1, -1)) == -1 && errno == EINTR)
		;
	if (n == -1)
		log_fatal("cannot wait for requests: errno %d", errno);
	return event.data.fd;
}

static void
watch(int epoll_fd, int fd, unsigned how)
{
	struct epoll_event event = { .events = EPOLLIN | how, .data.fd = fd };

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		log_fatal("cannot watch a socket: errno %d", errno);
}

static void
task_free(struct task *task)
{
	if (task == NULL)
		return;
	arena_free(task->arena);
	transport_close(task->transport);
	free(task);
}

/* Takes ownership of the transport. NULL if memory is exhausted. */
static struct task *
task_new(struct worker *worker, struct transport *transport, struct idle *idle)
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

static struct task *
next_task(const struct thread *thread)
{
	return task_new(thread->worker, transport_open_fcgi(thread->listen_fd), thread->idle);
}

/* The request is answered: decide what to do with its connection. */
static void
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

static bool task_serve(struct task *, struct thread *);

/* On a thread of a blocking pool: serve the request from its beginning, and block if necessary. */
static void
serve_waiting(void *argument)
{
	struct task *task = argument;
	struct worker *worker = task->worker;

	atomic_fetch_add(&worker->busy, 1);
	if (task_serve(task, NULL)) {
		task_done(task);
		task_free(task);
	}
	atomic_fetch_sub(&worker->busy, 1);
}

/* thread: the one that needs another task, then; NULL: none. */
static bool
dispatch(struct task *task, struct thread *thread)
{
	if (thread != NULL && thread->spare == NULL && (thread->spare = next_task(thread)) == NULL)
		return false;
	return blocking_pool_run((task->blocking & BLOCKING_BODY) != 0
				     ? task->worker->receivers
				     : task->worker->blocking_pool,
	    serve_waiting, task);
}

/* false: the task was dispatched to another thread. A thread of the blocking pool whose request
 * needs its body dispatches it again, so that bodies never delay requests that wait for other
 * things. thread: as for dispatch(). */
static bool
task_serve(struct task *task, struct thread *thread)
{
	if (serve(task))
		return true;
	arena_reset(task->arena);
	if (dispatch(task, thread))
		return false;
	task->blocking = BLOCKING_REFUSED;
	return serve(task);
}

/*
 * A new connection wakes the thread that has watched the socket longest. A thread that dispatches
 * its requests would stay first, and its process would serve all requests that block; so it goes to
 * the end of the queue.
 */
static void
queue_up(struct thread *thread)
{
	epoll_ctl(thread->epoll_fd, EPOLL_CTL_DEL, thread->listen_fd, NULL);
	watch(thread->epoll_fd, thread->listen_fd, EPOLLEXCLUSIVE);
}

/* If this task is dispatched, the thread continues with another one. */
static void
serve_accepted(struct thread *thread)
{
	if (task_serve(thread->task, thread)) {
		task_done(thread->task);
		return;
	}
	thread->task = thread->spare;
	thread->spare = NULL;
	queue_up(thread);
}

/* Half of the upload threads may block on bodies; the others stay free to accept. */
static unsigned
upload_blocking(struct worker *worker)
{
	int64_t uploading = atomic_fetch_add(&worker->uploading, 1) + 1;

	return 2 * uploading <= worker->service->config->http_upload_threads ? BLOCKING_BODY : 0;
}

/* Serve one request, if there is one. */
static bool
serve_next(struct thread *thread)
{
	struct worker *worker = thread->worker;
	struct task *task = thread->task;
	bool uploads = thread->pool == POOL_UPLOAD, accepted;

	/* Counted before accepting; otherwise a stop in between would miss the request. */
	atomic_fetch_add(&worker->busy, 1);
	accepted = transport_accept(task->transport);
	task->started = clock_steady_ms();
	task->blocking = uploads ? upload_blocking(worker) : 0;
	if (accepted)
		serve_accepted(thread);
	atomic_fetch_sub(&worker->uploading, uploads);
	atomic_fetch_sub(&worker->busy, 1);
	return accepted;
}

/* Accept a queued connection. If its request has not arrived, no thread waits for it: behind Apache
 * that may take as long as a slow client. */
static bool
serve_new(struct thread *thread)
{
	int fd = accept4(thread->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd == -1)
		return false;
	if (poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, REQUEST_MS) == 0) {
		idle_add_new(thread->idle, fd);
		return true;
	}
	transport_attach(thread->task->transport, fd);
	return serve_next(thread);
}

/* The same for an idle connection. */
static bool
serve_idle(struct thread *thread)
{
	int fd = idle_acquire(thread->idle);

	if (fd == -1)
		return false;
	transport_attach(thread->task->transport, fd);
	return serve_next(thread);
}

static void
thread_serve(struct thread *thread)
{
	int fd;
	int64_t until;

	while ((fd = wait_for_work(thread->epoll_fd)) != thread->worker->stop_fd)
		(void)(fd == thread->listen_fd ? serve_new(thread) : serve_idle(thread));
	/*
	 * A connection wakes one thread, and may have woken this one just when it was told to stop;
	 * and a removed socket file leaves the last connections in the queue. So serve pending
	 * requests, but only for a moment: a queue that other workers serve too never ends.
	 */
	until = clock_steady_ms() + STOP_MS;
	while (clock_steady_ms() < until &&
	       (serve_idle(thread) || serve_new(thread) || idle_await(thread->idle, AWAIT_MS)))
		;
}

static void *
thread_main(void *argument)
{
	struct thread *thread = argument;

	if ((thread->task = next_task(thread)) == NULL ||
	    (thread->epoll_fd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		log_fatal("cannot start a thread: errno %d", errno);
	watch(thread->epoll_fd, thread->worker->stop_fd, 0);
	watch(thread->epoll_fd, idle_fd(thread->idle), 0);
	/* A connection wakes one thread, not all threads of all workers. */
	watch(thread->epoll_fd, thread->listen_fd, EPOLLEXCLUSIVE);
	thread_serve(thread);
	close(thread->epoll_fd);
	task_free(thread->task);
	task_free(thread->spare);
	free(thread);
	return NULL;
}

static void
start_threads(struct worker *worker, enum pool pool, int listen_fd, int64_t count, pthread_t *ids,
    size_t *used)
{
	pthread_attr_t attributes;

	worker->idle[pool] = idle_open();
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
	for (int64_t i = 0; i < count; i++) {
		struct thread *thread = malloc(sizeof(*thread));
		int error = thread == NULL ? ENOMEM : 0;

		if (error == 0) {
			*thread = (struct thread){ .worker = worker,
				.idle = worker->idle[pool],
				.pool = pool,
				.listen_fd = listen_fd };
			error = pthread_create(&ids[(*used)++], &attributes, thread_main, thread);
		}
		if (error != 0)
			log_fatal("cannot start a thread: errno %d", error);
	}
	pthread_attr_destroy(&attributes);
}

/* Return on SIGTERM, or when the parent has ended. */
static void
wait_for_stop(int parent_fd)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .fd = parent_fd, .events = POLLIN } };
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	fds[0].fd = signalfd(-1, &signals, SFD_CLOEXEC);
	while (poll(fds, 2, -1) == -1 && errno == EINTR)
		;
	close(fds[0].fd);
}

int64_t
worker_general_threads(const struct config *config)
{
	int64_t cores = sysconf(_SC_NPROCESSORS_ONLN) * THREADS_PER_CORE;

	if (config->http_general_threads > 0)
		return config->http_general_threads;
	return cores > THREADS_MIN ? cores : THREADS_MIN;
}

int64_t
worker_body_threads(const struct config *config)
{
	return config->http_body_threads + (config->http_body_threads + 3) / 4;
}

int
worker_run(const struct responder *responder, struct service *service,
    const struct listeners *listeners, int parent_fd, int ready_fd)
{
	struct worker worker = { .responder = responder, .service = service };
	const struct config *config = service->config;
	int64_t general = worker_general_threads(config), upload = config->http_upload_threads;
	pthread_t *ids = calloc((size_t)(general + upload), sizeof(*ids));
	size_t count = 0;
	struct store_watch *watch = NULL;

	worker.lingering = linger_open(LINGER_MS);
	worker.blocking_pool = blocking_pool_open((size_t)config->http_blocking_threads);
	worker.receivers = blocking_pool_open((size_t)worker_body_threads(config));
	worker.uploads = share_open((size_t)config->http_body_threads);
	worker.documents = share_open(
	    (size_t)(worker_body_threads(config) - config->http_body_threads));
	worker.stop_fd = eventfd(0, EFD_CLOEXEC);
	if (ids == NULL || worker.stop_fd == -1)
		log_fatal("cannot start: errno %d", errno);
	start_threads(&worker, POOL_GENERAL, listeners->fd[POOL_GENERAL], general, ids, &count);
	start_threads(&worker, POOL_UPLOAD, listeners->fd[POOL_UPLOAD], upload, ids, &count);
	if (service->store != NULL)
		watch = store_watch_start(service->pool, service->store, responder->name);
	(void)!write(ready_fd, "r", 1);
	close(ready_fd);
	wait_for_stop(parent_fd);
	for (int pool = 0; pool < POOLS; pool++)
		idle_stop(worker.idle[pool]);
	(void)!write(worker.stop_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
	log_line(LOG_LEVEL_INFO, "stopping, %d requests to finish", atomic_load(&worker.busy));
	for (size_t i = 0; i < count; i++)
		pthread_join(ids[i], NULL);
	blocking_pool_close(worker.blocking_pool);
	blocking_pool_close(worker.receivers); /* after the pools that dispatch to them */
	share_close(worker.uploads);
	share_close(worker.documents);
	linger_close(worker.lingering);
	store_watch_stop(watch);
	for (int pool = 0; pool < POOLS; pool++)
		idle_close(worker.idle[pool]);
	free(ids);
	close(worker.stop_fd);
	return 0;
}

int
worker_run_cgi(const struct responder *responder, struct service *service)
{
	struct worker worker = { .responder = responder, .service = service };
	struct task *task = task_new(&worker, transport_open_cgi(), NULL);

	if (task == NULL)
		log_fatal("out of memory");
	task->started = clock_steady_ms();
	task->blocking = BLOCKING_BODY | BLOCKING_UPSTREAM;
	if (transport_accept(task->transport))
		(void)serve(task);
	task_free(task);
	return 0;
}
