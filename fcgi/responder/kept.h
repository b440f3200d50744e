/*
 * Connections without a request: those that the web server keeps for further ones (Apache:
 * enablereuse), and those that it opened before it had a request to send (Apache connects first,
 * and then waits for the beginning of the body). No thread belongs to them: however many are idle,
 * every thread is free for whoever asks next.
 */
#ifndef RESPONDER_KEPT_H
#define RESPONDER_KEPT_H

#include <stdbool.h>

#include "base/attributes.h"

struct kept;

struct kept *kept_open(void) RETURNS_NONNULL;
/* Close all that wait. No thread uses it any more. */
void kept_close(struct kept *);

/* Readable when kept_take() has something to give; to be polled. */
int kept_fd(const struct kept *);
/* Hand over a connection until its next request comes. */
void kept_put(struct kept *, int fd);
/* The same of a connection that is new: its first request is on its way. */
void kept_put_new(struct kept *, int fd);
/* A connection with a request (or that its peer has closed), now the caller's; -1: none. */
int kept_take(struct kept *);
/* From now on keep none but new ones. The others without a request are closed, so that the web
 * server finds out before it asks. */
void kept_stop(struct kept *);
/* Wait at most so many milliseconds for a request, as long as new connections are held. false: none
 * are. */
bool kept_await(struct kept *, int ms);

#endif
