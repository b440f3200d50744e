/*
 * Connections whose request was answered before its body was read. The answer is complete, but
 * closing with unread bytes may lose it, and Apache notices the close only when it sends the next
 * piece of the body. One thread reads the rest of all of them, so that a refused client that sends
 * slowly does not occupy a worker thread.
 */
#ifndef RESPONDER_LINGER_H
#define RESPONDER_LINGER_H

#include <stdint.h>

#include "base/attributes.h"

struct linger_set;

/* timeout_ms: the longest time that a connection may stay, whatever the peer sends. */
struct linger_set *linger_open(int64_t timeout_ms) RETURNS_NONNULL;
/* Close all remaining connections. */
void linger_close(struct linger_set *);
/* Read and discard data until the peer closes or the time is over. Takes over the descriptor. */
void linger_put(struct linger_set *, int fd);

#endif
