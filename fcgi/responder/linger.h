/*
 * Connections whose request was answered before its body was read: the answer is complete, but
 * closing over unread bytes might lose it, and Apache notices it only when it next has a piece of
 * the body. Reading the rest is left to one thread for all of them, so that a refused client that
 * sends slowly holds no other.
 */
#ifndef RESPONDER_LINGER_H
#define RESPONDER_LINGER_H

#include <stdint.h>

#include "base/attributes.h"

struct linger_set;

/* most_ms: how long a connection may stay, however much comes. */
struct linger_set *linger_open(int64_t most_ms) RETURNS_NONNULL;
/* Close all that are left. */
void linger_close(struct linger_set *);
/* Read and drop what comes until the peer closes or the time is over. Takes over the descriptor. */
void linger_put(struct linger_set *, int fd);

#endif
