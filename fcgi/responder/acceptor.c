#include "responder/acceptor.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "responder/task.h"
#include "responder/thread_count.h"

#define STOP_MS 1000
#define AWAIT_MS 100
#define REQUEST_MS 5 /* a new connection without a request after this time waits in idle */

struct acceptors {
	size_t count;
	pthread_t ids[];
};

/* One such thread. */
struct thread {
	struct worker_state *worker;
	struct task *task;  /* owned */
	struct task *spare; /* owned: the next task if `task` is dispatched; NULL: none yet */
	struct idle *idle;  /* of its pool */
	enum pool pool;
	int listen_fd;
	int epoll_fd;
};

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

static struct task *
next_task(const struct thread *thread)
{
	return task_new(thread->worker, transport_open_fcgi(thread->listen_fd), thread->idle);
}

static bool
has_spare(struct thread *thread)
{
	if (thread->spare == NULL)
		thread->spare = next_task(thread);
	return thread->spare != NULL;
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
	bool answered = task_answer(thread->task);

	if (!answered && has_spare(thread) && task_dispatch(thread->task)) {
		thread->task = thread->spare;
		thread->spare = NULL;
		queue_up(thread);
		return;
	}
	if (!answered)
		task_refuse(thread->task);
	task_done(thread->task);
}

/* Half of the upload threads may block on bodies; the others stay free to accept. */
static unsigned
upload_blocking(struct worker_state *worker)
{
	int64_t uploading = atomic_fetch_add(&worker->uploading, 1) + 1;

	return 2 * uploading <= worker->service->config->http_upload_threads ? BLOCKING_BODY : 0;
}

/* Serve one request, if there is one. */
static bool
serve_next(struct thread *thread)
{
	struct worker_state *worker = thread->worker;
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
start(struct acceptors *acceptors, const struct thread *model, const pthread_attr_t *attributes)
{
	struct thread *thread = malloc(sizeof(*thread));
	int error = ENOMEM;

	if (thread != NULL) {
		*thread = *model;
		error = pthread_create(
		    &acceptors->ids[acceptors->count++], attributes, thread_main, thread);
	}
	if (error != 0)
		log_fatal("cannot start a thread: errno %d", error);
}

struct acceptors *
acceptors_start(struct worker_state *worker, const struct listeners *listeners)
{
	const struct config *config = worker->service->config;
	const int64_t counts[POOLS] = {
		[POOL_GENERAL] = thread_count_general(config),
		[POOL_UPLOAD] = config->http_upload_threads,
	};
	size_t all = (size_t)(counts[POOL_GENERAL] + counts[POOL_UPLOAD]);
	struct acceptors *acceptors = calloc(1, sizeof(*acceptors) + all * sizeof(pthread_t));
	pthread_attr_t attributes;

	if (acceptors == NULL)
		log_fatal("out of memory");
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
	for (enum pool pool = 0; pool < POOLS; pool++) {
		const struct thread model = { .worker = worker,
			.idle = worker->idle[pool],
			.pool = pool,
			.listen_fd = listeners->fd[pool] };

		for (int64_t i = 0; i < counts[pool]; i++)
			start(acceptors, &model, &attributes);
	}
	pthread_attr_destroy(&attributes);
	return acceptors;
}

void
acceptors_join(struct acceptors *acceptors)
{
	for (size_t i = 0; i < acceptors->count; i++)
		pthread_join(acceptors->ids[i], NULL);
	free(acceptors);
}
