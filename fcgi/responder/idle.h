/*
 * Idle connections: keep-alive connections of the web server (Apache: enablereuse), and connections
 * that it opened before it had a request to send (Apache connects first, and then waits for the
 * beginning of the body). They occupy no thread: for any number of idle connections, every thread
 * is free for the next request.
 */
#ifndef RESPONDER_IDLE_H
#define RESPONDER_IDLE_H

#include <stdbool.h>

#include "base/attributes.h"

struct idle;

struct idle *idle_open(void) RETURNS_NONNULL;
/* Close all connections. No thread may use it any more. */
void idle_close(struct idle *);

/* A descriptor to poll: readable when idle_acquire() has a connection. */
int idle_fd(const struct idle *);
/* Keep a connection until its next request arrives. */
void idle_add(struct idle *, int fd);
/* The same for a new connection: its first request is on its way. */
void idle_add_new(struct idle *, int fd);
/* Acquire a connection with a request, or one that its peer has closed; -1: nothing to acquire. */
int idle_acquire(struct idle *);
/* From now on keep only new connections. Others without a request are closed, so that the web
 * server notices before it sends one. */
void idle_stop(struct idle *);
/* Wait at most `ms` milliseconds for a request, as long as new connections are held. false: none
 * left. */
bool idle_await(struct idle *, int ms);

#endif
