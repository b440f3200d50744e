/*
 * Connections without a request: those that the web server keeps for further ones (Apache:
 * enablereuse), and those that it opened before it had a request to send (Apache connects first,
 * and then waits for the beginning of the body). No thread belongs to them: however many are idle,
 * every thread is free for whoever asks next.
 */
#ifndef RESPONDER_IDLE_H
#define RESPONDER_IDLE_H

#include <stdbool.h>

#include "base/attributes.h"

struct idle;

struct idle *idle_open(void) RETURNS_NONNULL;
/* Close all that wait. No thread uses it any more. */
void idle_close(struct idle *);

/* Readable when idle_acquire() has something to give; to be polled. */
int idle_fd(const struct idle *);
/* Hand over a connection until its next request comes. */
void idle_add(struct idle *, int fd);
/* The same of a connection that is new: its first request is on its way. */
void idle_add_new(struct idle *, int fd);
/* A connection with a request (or that its peer has closed), now the caller's; -1: none. */
int idle_acquire(struct idle *);
/* From now on keep none but new ones. The others without a request are closed, so that the web
 * server finds out before it asks. */
void idle_stop(struct idle *);
/* Wait at most so many milliseconds for a request, as long as new connections are held. false: none
 * are. */
bool idle_await(struct idle *, int ms);

#endif
