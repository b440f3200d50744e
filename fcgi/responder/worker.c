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
#include "http/gateway.h"
#include "http/same_origin.h"
#include "registry/store_watch.h"
#include "responder/kept.h"
#include "responder/linger.h"
#include "responder/waiters.h"

#define STACK_BYTES \
	(1024 * 1024) /* Jansson recurses up to 2,048 levels, which takes two thirds of it */
#define THREADS_PER_CORE 4
#define THREADS_LEAST 8
#define STOP_MS 1000
#define AWAIT_MS 100
#define REQUEST_MS 5 /* a request follows its connection within this, or waits elsewhere */
#define LOG_FIELD 512

struct worker {
	const struct responder *responder;
	struct service *service;
	int stop_fd;                  /* readable once the worker is to stop */
	struct kept *kept[POOLS];     /* owned */
	struct waiters *waiters;      /* owned */
	struct linger_set *lingering; /* owned */
	atomic_int busy;              /* threads that hold a request, or are about to */
};

struct thread {
	struct worker *worker;
	struct gateway *gateway;
	struct arena *arena;
	struct kept *kept; /* of its pool */
	int listen_fd;
	int epoll_fd;
};

/* --- One request --- */

static void
log_request(const struct request *req, const struct error *err, int64_t started)
{
	char path[LOG_FIELD], user[LOG_FIELD], method[64], cause[LOG_FIELD], line[4 * LOG_FIELD];
	const struct reply *reply = req->reply;
	/* Our failures are explained in any case, an upstream's among them. */
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

/* What to do with a request that must wait for an upstream. */
enum patience {
	PATIENCE_NONE, /* nothing: it is for another thread */
	PATIENCE_WAIT,
	PATIENCE_REFUSE /* nobody is free to wait */
};

/* What cannot be read is answered by the responder too, in its own form. */
static void
open_request(const struct worker *worker, struct request *req, struct gateway *gateway,
    struct arena *arena, enum patience patience, struct error *err)
{
	if (request_open(req, gateway, arena, worker->service->config->http_trusted_proxies, err) &&
	    same_origin_check(req, err) && patience == PATIENCE_REFUSE)
		error_set(err, ERROR_WAIT, NULL);
	req->context = worker->service;
	req->may_wait = patience != PATIENCE_NONE;
	reply_open(req);
}

/* Let the responder answer. false: there is no memory for what the request brings or asks for. */
static bool
respond(const struct worker *worker, struct request *req, struct db *db, struct error *err)
{
	jmp_buf out;

	if (setjmp(out) != 0)
		return false;
	arena_catch(req->arena, &out);
	worker->responder->serve(req, db, err);
	arena_catch(req->arena, NULL);
	return true;
}

/* One request in its arena. false: nothing was answered, it must be handed over. */
static bool
serve(struct worker *worker, struct gateway *gateway, struct arena *arena, enum patience patience,
    int64_t started)
{
	struct service *service = worker->service;
	struct request req;
	struct db db = {
		.pool = service->pool, .arena = arena, .bounded = patience != PATIENCE_WAIT
	};
	struct error err = { 0 };

	open_request(worker, &req, gateway, arena, patience, &err);
	if (!respond(worker, &req, &db, &err)) {
		db_rollback(&db);
		arena_reset(arena); /* with all that the request held */
		open_request(worker, &req, gateway, arena, patience, &err);
		error_set(&err, ERROR_UNAVAILABLE, NULL);
		worker->responder->serve(&req, &db, &err);
	}
	db_rollback(&db); /* what a handler left open on its way out */
	if (err.code == ERROR_WAIT && patience == PATIENCE_NONE)
		return false;
	reply_protect(&req);
	reply_send(&req);
	gateway_finish(gateway);
	log_request(&req, &err, started);
	return true;
}

/* --- Threads --- */

/* Block until there is something to do: the descriptor that says so. */
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

/* A request on its way to a waiter, with all that belongs to it. */
struct waiting {
	struct worker *worker;
	struct gateway *gateway; /* owned */
	struct arena *arena;     /* owned */
	struct kept *kept;
	int64_t started;
};

static void
request_done(struct worker *worker, struct gateway *gateway, struct kept *kept)
{
	bool refused;
	int fd = gateway_part(gateway, &refused);

	if (fd != -1 && refused)
		linger_put(worker->lingering, fd);
	else if (fd != -1)
		kept_put(kept, fd);
}

/* On a waiter's thread: the request from its beginning, this time with patience. */
static void
serve_waiting(void *argument)
{
	struct waiting *waiting = argument;

	atomic_fetch_add(&waiting->worker->busy, 1);
	(void)serve(
	    waiting->worker, waiting->gateway, waiting->arena, PATIENCE_WAIT, waiting->started);
	arena_free(waiting->arena);
	request_done(waiting->worker, waiting->gateway, waiting->kept);
	gateway_close(waiting->gateway);
	atomic_fetch_sub(&waiting->worker->busy, 1);
	free(waiting);
}

/*
 * A connection wakes whoever has watched the socket for longest, so one that hands everything over
 * would be first for ever, and its process would wait for all upstreams alone.
 */
static void
queue_up(struct thread *thread)
{
	epoll_ctl(thread->epoll_fd, EPOLL_CTL_DEL, thread->listen_fd, NULL);
	watch(thread->epoll_fd, thread->listen_fd, EPOLLEXCLUSIVE);
}

/* The thread goes on with a gateway and an arena of its own. */
static bool
hand_over(struct thread *thread, int64_t started)
{
	struct waiting *waiting = malloc(sizeof(*waiting));

	if (waiting == NULL)
		log_fatal("out of memory");
	*waiting = (struct waiting){ thread->worker, thread->gateway, thread->arena, thread->kept,
		started };
	arena_reset(thread->arena);
	if (!waiters_give(thread->worker->waiters, serve_waiting, waiting)) {
		free(waiting);
		return false;
	}
	thread->gateway = gateway_open_fcgi(thread->listen_fd);
	thread->arena = arena_new();
	queue_up(thread);
	return true;
}

static void
serve_accepted(struct thread *thread, int64_t started)
{
	struct worker *worker = thread->worker;

	if (!serve(worker, thread->gateway, thread->arena, PATIENCE_NONE, started)) {
		if (hand_over(thread, started))
			return;
		(void)serve(worker, thread->gateway, thread->arena, PATIENCE_REFUSE, started);
	}
	arena_reset(thread->arena);
	request_done(worker, thread->gateway, thread->kept);
}

/* One request, if one is there. */
static bool
serve_next(struct thread *thread)
{
	struct worker *worker = thread->worker;
	int64_t started;
	bool accepted;

	/* Counted before it is accepted, or a stop in between would miss it. */
	atomic_fetch_add(&worker->busy, 1);
	accepted = gateway_accept(thread->gateway);
	started = clock_steady_ms();
	if (accepted)
		serve_accepted(thread, started);
	atomic_fetch_sub(&worker->busy, 1);
	return accepted;
}

/* A connection that waits in the queue. If its request is not there yet, no thread waits for it:
 * behind Apache that may last as long as a slow client takes. */
static bool
serve_new(struct thread *thread)
{
	int fd = accept4(thread->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd == -1)
		return false;
	if (poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, REQUEST_MS) == 0) {
		kept_put_new(thread->kept, fd);
		return true;
	}
	gateway_resume(thread->gateway, fd);
	return serve_next(thread);
}

/* The same from a kept connection. */
static bool
serve_kept(struct thread *thread)
{
	int fd = kept_take(thread->kept);

	if (fd == -1)
		return false;
	gateway_resume(thread->gateway, fd);
	return serve_next(thread);
}

static void
thread_serve(struct thread *thread)
{
	int fd;
	int64_t until;

	while ((fd = wait_for_work(thread->epoll_fd)) != thread->worker->stop_fd)
		(void)(fd == thread->listen_fd ? serve_new(thread) : serve_kept(thread));
	/*
	 * A connection wakes one thread, and may have woken this one, just when it was told to
	 * stop; and a socket file that is removed by now leaves the last ones in the queue. So what
	 * waits is served; for a moment only, as a queue that others serve as well never ends.
	 */
	until = clock_steady_ms() + STOP_MS;
	while (clock_steady_ms() < until &&
	       (serve_kept(thread) || serve_new(thread) || kept_await(thread->kept, AWAIT_MS)))
		;
}

static void *
thread_main(void *argument)
{
	struct thread *thread = argument;

	thread->gateway = gateway_open_fcgi(thread->listen_fd);
	thread->arena = arena_new();
	if ((thread->epoll_fd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		log_fatal("cannot start a thread: errno %d", errno);
	watch(thread->epoll_fd, thread->worker->stop_fd, 0);
	watch(thread->epoll_fd, kept_fd(thread->kept), 0);
	/* One connection wakes one thread, not all of them in all workers. */
	watch(thread->epoll_fd, thread->listen_fd, EPOLLEXCLUSIVE);
	thread_serve(thread);
	close(thread->epoll_fd);
	arena_free(thread->arena);
	gateway_close(thread->gateway);
	free(thread);
	return NULL;
}

static void
start_threads(struct worker *worker, enum pool pool, int listen_fd, int64_t count, pthread_t *ids,
    size_t *used)
{
	pthread_attr_t attributes;

	worker->kept[pool] = kept_open();
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (int64_t i = 0; i < count; i++) {
		struct thread *thread = malloc(sizeof(*thread));
		int error = thread == NULL ? ENOMEM : 0;

		if (error == 0) {
			*thread = (struct thread){
				.worker = worker, .kept = worker->kept[pool], .listen_fd = listen_fd
			};
			error = pthread_create(&ids[(*used)++], &attributes, thread_main, thread);
		}
		if (error != 0)
			log_fatal("cannot start a thread: errno %d", error);
	}
	pthread_attr_destroy(&attributes);
}

/* SIGTERM, or the parent is gone. */
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
	return cores > THREADS_LEAST ? cores : THREADS_LEAST;
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

	worker.lingering = linger_open();
	worker.waiters = waiters_open((size_t)config->http_waiter_threads);
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
		kept_stop(worker.kept[pool]);
	(void)!write(worker.stop_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
	log_line(LOG_LEVEL_INFO, "stopping, %d requests to finish", atomic_load(&worker.busy));
	for (size_t i = 0; i < count; i++)
		pthread_join(ids[i], NULL);
	waiters_close(worker.waiters);
	linger_close(worker.lingering);
	store_watch_stop(watch);
	for (int pool = 0; pool < POOLS; pool++)
		kept_close(worker.kept[pool]);
	free(ids);
	close(worker.stop_fd);
	return 0;
}

int
worker_run_cgi(const struct responder *responder, struct service *service)
{
	struct gateway *gateway = gateway_open_cgi();
	struct arena *arena = arena_new();
	struct worker worker = { .responder = responder, .service = service };

	if (gateway_accept(gateway))
		(void)serve(&worker, gateway, arena, PATIENCE_WAIT, clock_steady_ms());
	arena_free(arena);
	gateway_close(gateway);
	return 0;
}
