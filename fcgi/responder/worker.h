/* One worker process: the service, two pools of threads, a request's life, a clean stop. */
#ifndef RESPONDER_WORKER_H
#define RESPONDER_WORKER_H

#include "responder/listen.h"
#include "responder/responder.h"

/* Open what the responder needs: database, store and authenticator; false with the reason. workers:
 * number of processes that share the database connections. */
bool service_open(struct service *, const struct responder *, const struct config *, int workers,
    struct error *) MUST_CHECK;
void service_close(struct service *);
/* The result of /readyz. */
struct readiness {
	struct error err;   /* not ready */
	struct error full;  /* ready, but not for pushes; ERROR_NONE: for pushes too */
	char weakness[256]; /* how the database server could lose data, or "" */
};
/* false: readiness.err is set. */
bool service_ready(const struct service *, struct db *, struct readiness *) MUST_CHECK;
/* For --check: is the store there, and can the web server read it? Problems are logged; those that
 * would fail /readyz, as warnings. group: of the web server; NULL: that of the store's root. */
bool service_check(const struct service *, const char *group) MUST_CHECK;

/* Threads for general requests. */
int64_t worker_general_threads(const struct config *);
/* Maximum number of threads that wait for bodies: of uploads, and of documents (a quarter as
 * many). */
int64_t worker_body_threads(const struct config *);
/* Raise the limit of open files to the hard limit; false if that is less than a worker needs when
 * all threads are busy. */
bool worker_open_descriptors(const struct config *, struct error *) MUST_CHECK;

/*
 * Serve until SIGTERM or until parent_fd closes; requests in progress are completed. One byte is
 * written to ready_fd once requests are accepted. All signals must already be blocked. Returns the
 * exit status.
 */
int worker_run(const struct responder *, struct service *, const struct listeners *, int parent_fd,
    int ready_fd);
/* Serve the one request of a plain CGI program. */
int worker_run_cgi(const struct responder *, struct service *);

#endif
