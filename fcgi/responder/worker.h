/* The life of a worker process: start threads, serve until told to stop, complete the requests. */
#ifndef RESPONDER_WORKER_H
#define RESPONDER_WORKER_H

#include "responder/listen.h"
#include "responder/responder.h"
#include "responder/service.h"

/*
 * Serve until SIGTERM or until parent_fd closes; requests in progress are completed. One byte is
 * written to ready_fd once requests are accepted. All signals must already be blocked. Returns the
 * exit status.
 */
int worker_run(const struct responder *, struct service *, const struct listeners *, int parent_fd,
    int ready_fd);

#endif
