#include "responder/parent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 5000
#define READY_MS 100
#define STEADY_MS 10000 /* a worker that lived longer restarts after the shortest delay */

struct child {
	pid_t pid;          /* 0: not running */
	int64_t started_ms; /* when it was forked, or when it may be forked next */
	int64_t backoff_ms;
};

struct parent {
	const struct responder *responder;
	const struct options *options;
	parent_worker *worker;
	struct listeners listeners;
	struct child children[OPTIONS_WORKERS_MAX];
	int alive[2]; /* a pipe: its write end closes however the parent ends */
};

static void
block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

static NORETURN void
child_main(struct parent *parent, int ready_fd)
{
	close(parent->alive[1]);
	exit(parent->worker(
	    parent->responder, parent->options, &parent->listeners, parent->alive[0], ready_fd));
}

/* Delay the next fork by the back-off. */
static void
child_delay(struct child *child)
{
	child->started_ms = clock_steady_ms() + child->backoff_ms;
}

/* Fork one worker. The descriptor delivers one byte once the worker accepts requests, or EOF if it
 * dies first; -1: no process could be created. */
static int
child_start(struct parent *parent, struct child *child)
{
	int ready[2];

	if (pipe2(ready, O_CLOEXEC) == -1)
		return -1;
	child->started_ms = clock_steady_ms();
	child->pid = fork();
	if (child->pid == 0) {
		close(ready[0]);
		child_main(parent, ready[1]);
	}
	close(ready[1]);
	if (child->pid > 0)
		return ready[0];
	child->pid = 0;
	close(ready[0]);
	return -1;
}

static bool
stop_is_pending(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT);
}

/* Wait until a worker accepts requests. false: it died and has logged why, or all workers are to
 * stop. Closes the descriptor. */
static bool
child_wait(int ready_fd)
{
	struct pollfd ready = { .fd = ready_fd, .events = POLLIN };
	char byte;
	bool ok = false;

	if (ready_fd == -1)
		return false;
	while (poll(&ready, 1, READY_MS) == 0 && !stop_is_pending())
		;
	if (ready.revents != 0)
		ok = read(ready_fd, &byte, 1) == 1;
	close(ready_fd);
	return ok;
}

/* A worker that dies repeatedly is restarted with increasing delay. */
static void
child_died(struct parent *parent, pid_t pid, int status)
{
	for (int i = 0; i < parent->options->workers; i++) {
		struct child *child = &parent->children[i];

		if (child->pid != pid)
			continue;
		child->pid = 0;
		if (clock_steady_ms() - child->started_ms > STEADY_MS)
			child->backoff_ms = BACKOFF_MIN_MS;
		child_delay(child);
		log_line(LOG_LEVEL_WARNING, "worker %d ended (%s %d), another starts in %d ms",
		    (int)pid, WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		    (int)child->backoff_ms);
		child->backoff_ms *= 2;
		if (child->backoff_ms > BACKOFF_MAX_MS)
			child->backoff_ms = BACKOFF_MAX_MS;
	}
}

static void
reap(struct parent *parent)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		child_died(parent, pid, status);
}

/* Start the workers that are due; return the milliseconds until the next is. */
static int64_t
restart_due(struct parent *parent)
{
	int64_t wait = BACKOFF_MAX_MS;

	for (int i = 0; i < parent->options->workers; i++) {
		struct child *child = &parent->children[i];
		int64_t left = child->started_ms - clock_steady_ms();
		int ready_fd;

		if (child->pid == 0 && left <= 0) {
			/* The other workers keep serving, so the parent does not wait for this
			 * one. */
			ready_fd = child_start(parent, child);
			if (ready_fd != -1)
				close(ready_fd);
			else
				child_delay(child);
			left = child->backoff_ms;
		}
		if (child->pid == 0 && left < wait)
			wait = left;
	}
	return wait;
}

/* SIGHUP: replace the workers one after the other by new ones that read the configuration again. */
static void
replace_children(struct parent *parent)
{
	for (int i = 0; i < parent->options->workers; i++) {
		struct child *child = &parent->children[i],
			     fresh = { .backoff_ms = BACKOFF_MIN_MS };

		if (!child_wait(child_start(parent, &fresh))) {
			log_line(LOG_LEVEL_ERROR,
			    "cannot start with the new settings; the old ones stay in effect");
			return;
		}
		if (child->pid > 0)
			kill(child->pid, SIGTERM);
		*child = fresh;
	}
}

/* Closing the pipe stops all workers, including those that are still starting or already
 * replaced. */
static void
stop_children(const struct parent *parent)
{
	close(parent->alive[1]);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

static int
parent_loop(struct parent *parent)
{
	sigset_t watched;

	sigemptyset(&watched);
	sigaddset(&watched, SIGTERM);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGHUP);
	sigaddset(&watched, SIGCHLD);
	for (;;) {
		int64_t wait = restart_due(parent);
		int number = sigtimedwait(&watched, NULL,
		    &(struct timespec){ .tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000 });

		reap(parent);
		if (number == SIGHUP)
			replace_children(parent);
		if (number == SIGTERM || number == SIGINT)
			break;
	}
	listen_remove(&parent->listeners);
	stop_children(parent);
	return 0;
}

static void
open_listeners(struct parent *parent)
{
	const struct options *options = parent->options;
	struct error err = { 0 };

	for (int i = 0; i < options->socket_count; i++)
		if (!listen_add(&parent->listeners, options->sockets[i], options->group, &err))
			log_fatal(
			    "%s%s%s", err.message, err.cause[0] != '\0' ? ": " : "", err.cause);
	if (!listen_finish(&parent->listeners, &err))
		log_fatal("%s: %s", err.message, err.cause);
}

/* Start all workers, one after the other, then keep them running. */
static int
parent_start(struct parent *parent)
{
	block_signals();
	open_listeners(parent);
	if (pipe2(parent->alive, O_CLOEXEC) == -1)
		log_fatal("cannot make a pipe: errno %d", errno);
	for (int i = 0; i < parent->options->workers; i++) {
		parent->children[i].backoff_ms = BACKOFF_MIN_MS;
		if (!child_wait(child_start(parent, &parent->children[i]))) {
			listen_remove(&parent->listeners);
			stop_children(parent);
			return stop_is_pending() ? 0 : 1;
		}
	}
	log_line(LOG_LEVEL_INFO, "serving with %d workers", parent->options->workers);
	return parent_loop(parent);
}

int
parent_run(const struct responder *responder, const struct options *options,
    const struct listeners *inherited, parent_worker *worker)
{
	static struct parent parent;

	parent = (struct parent){
		.responder = responder,
		.options = options,
		.worker = worker,
		.listeners = *inherited,
	};
	return parent_start(&parent);
}
