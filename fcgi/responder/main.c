/* Options, sockets, and a small parent that restarts workers (responder.h). */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "config.h"
#include "http/transport.h"
#include "oci/document.h"
#include "responder/api.h"
#include "responder/worker.h"

#define WORKERS_DEFAULT 2
#define WORKERS_MAX 64
#define SOCKETS_MAX POOLS
#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 5000
#define READY_MS 100
#define STEADY_MS 10000 /* a worker that lived longer restarts after the shortest delay */

struct options {
	const char *config, *group;
	const char *sockets[SOCKETS_MAX];
	int socket_count;
	int workers;
	bool check;
};

struct child {
	pid_t pid;          /* 0: not running */
	int64_t started_ms; /* when it was forked, or when it may be forked next */
	int64_t backoff_ms;
};

struct parent {
	const struct responder *responder;
	const struct options *options;
	struct listeners listeners;
	struct child children[WORKERS_MAX];
	int alive[2]; /* a pipe: its write end closes however the parent ends */
};

static void
usage(const struct responder *responder, FILE *out)
{
	fprintf(out,
	    "usage: %s --socket general=PATH [--socket upload=PATH] [--socket-group GROUP]\n"
	    "          [--config FILE] [--workers N] [--check]\n"
	    "       %s --routes | --version | --help\n"
	    "Serves FastCGI on the given sockets, on those systemd hands over, or on fd 0;\n"
	    "answers one request as plain CGI when GATEWAY_INTERFACE is set.\n",
	    responder->name, responder->name);
}

static void
version(const struct responder *responder)
{
	int pq = PQlibVersion();

	printf("%s %s, schema %d\n", responder->name, PACKAGE_VERSION, DB_SCHEMA);
	printf("libfcgi %s, GnuTLS %s, Jansson %s, libcurl %s, libpq %d.%d\n", FCGI_VERSION,
	    gnutls_check_version(NULL), jansson_version_str(),
	    curl_version_info(CURLVERSION_NOW)->version, pq / 10000, pq % 10000);
}

enum {
	OPTION_CONFIG = 256,
	OPTION_SOCKET,
	OPTION_GROUP,
	OPTION_WORKERS,
	OPTION_CHECK,
	OPTION_ROUTES,
	OPTION_VERSION,
	OPTION_HELP
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "socket", required_argument, NULL, OPTION_SOCKET },
	{ "socket-group", required_argument, NULL, OPTION_GROUP },
	{ "workers", required_argument, NULL, OPTION_WORKERS },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "routes", no_argument, NULL, OPTION_ROUTES },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

static void
usage_exit(const struct responder *responder)
{
	usage(responder, stderr);
	exit(2);
}

static void
read_workers(const struct responder *responder, struct options *options)
{
	char *end;
	long n = strtol(optarg, &end, 10);

	if (*end != '\0' || n < 1 || n > WORKERS_MAX)
		usage_exit(responder);
	options->workers = (int)n;
}

static void
read_options(const struct responder *responder, struct options *options, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		switch (c) {
		case OPTION_CONFIG:
			options->config = optarg;
			break;
		case OPTION_SOCKET:
			if (options->socket_count == SOCKETS_MAX)
				usage_exit(responder);
			options->sockets[options->socket_count++] = optarg;
			break;
		case OPTION_GROUP:
			options->group = optarg;
			break;
		case OPTION_WORKERS:
			read_workers(responder, options);
			break;
		case OPTION_CHECK:
			options->check = true;
			break;
		case OPTION_ROUTES:
			route_print(responder->api->routes, stdout);
			exit(0);
		case OPTION_VERSION:
			version(responder);
			exit(0);
		case OPTION_HELP:
			usage(responder, stdout);
			exit(0);
		default:
			usage_exit(responder);
		}
	if (optind != argc)
		usage_exit(responder);
}

static void
open_descriptors(const struct config *config)
{
	struct error err = { 0 };

	if (!worker_open_descriptors(config, &err))
		log_fatal("%s: %s", err.message, err.cause);
}

static void
open_service(struct service *service, const struct responder *responder,
    const struct config *config, int workers)
{
	struct error err = { 0 };

	if (!service_open(service, responder, config, workers, &err))
		log_fatal("%s%s%s", err.message, err.cause[0] != '\0' ? ": " : "", err.cause);
}

static void
block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

/* Small stacks, few heaps: memory use must stay flat with a hundred threads. */
static void
setup_process(void)
{
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	transport_setup();
	document_setup();
}

/* --- The parent --- */

static NORETURN void
child_main(struct parent *parent, int ready_fd)
{
	static struct config config; /* read again, so that SIGHUP applies changes */
	struct service service;
	int status;

	close(parent->alive[1]);
	setup_process();
	config_start(&config, parent->responder->name, parent->options->config);
	open_descriptors(&config);
	open_service(&service, parent->responder, &config, parent->options->workers);
	status = worker_run(
	    parent->responder, &service, &parent->listeners, parent->alive[0], ready_fd);
	service_close(&service);
	exit(status);
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
			    "the new configuration does not start; the old one stays");
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

static int
parent_main(struct parent *parent)
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
responder_main(const struct responder *responder, int argc, char **argv)
{
	struct options options = { .workers = WORKERS_DEFAULT };
	static struct parent parent;
	static struct config config;
	struct service service;
	bool serves;
	int status = 0;

	read_options(responder, &options, argc, argv);
	parent = (struct parent){
		.responder = responder, .options = &options, .listeners = { .fd = { -1, -1 } }
	};
	if (options.socket_count == 0 && !listen_inherited(&parent.listeners) && !options.check &&
	    getenv("GATEWAY_INTERFACE") == NULL)
		usage_exit(responder);
	config_start(&config, responder->name, options.config);
	serves = options.socket_count > 0 || parent.listeners.fd[POOL_GENERAL] != -1 ||
		 parent.listeners.fd[POOL_UPLOAD] != -1;
	if (serves && !options.check)
		return parent_main(&parent);
	setup_process();
	if (options.check)
		open_descriptors(&config);
	open_service(&service, responder, &config, 1);
	if (!options.check)
		worker_run_cgi(responder, &service);
	else if (!service_check(&service, options.group))
		status = 1;
	service_close(&service);
	return status;
}
