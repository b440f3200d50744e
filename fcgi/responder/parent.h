/*
 * The parent of the workers: it listens, starts them, restarts one that dies, replaces all by new
 * ones on SIGHUP, and stops them on SIGTERM. It reads no settings and serves nothing itself.
 */
#ifndef RESPONDER_PARENT_H
#define RESPONDER_PARENT_H

#include "responder/options.h"

/*
 * The life of one worker, in a process of its own, with all signals blocked; returns its exit
 * status. It stops on SIGTERM, and when parent_fd closes. It writes one byte to ready_fd once it
 * accepts requests.
 */
typedef int parent_worker(const struct responder *, const struct options *,
    const struct listeners *, int parent_fd, int ready_fd);

/* Open the sockets of the options, in addition to those inherited, and serve until SIGTERM. Returns
 * the exit status. */
int parent_run(const struct responder *, const struct options *, const struct listeners *inherited,
    parent_worker *);

#endif
