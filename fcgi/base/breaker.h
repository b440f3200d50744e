/*
 * A circuit breaker: after a failure callers are refused for a pause; then one of them at a time
 * tries, until a try succeeds. The caller provides the lock and the time.
 */
#ifndef BASE_BREAKER_H
#define BASE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

struct breaker {
	int64_t pause_ms; /* between a failure and the next try */
	int64_t stale_ms; /* without a try for this long after the pause, it closes; 0: never */
	bool open;        /* the last try failed */
	bool trying;      /* a caller makes the next try */
	int64_t next_ms;  /* else, the time of the next try */
};

/* True if a caller may proceed now. */
bool breaker_admits(const struct breaker *, int64_t now_ms) MUST_CHECK;
/* An admitted caller proceeds, and reports its result. While the breaker is open, that is the try,
 * and all others are refused. */
void breaker_enter(struct breaker *, int64_t now_ms);
void breaker_succeeded(struct breaker *);
void breaker_failed(struct breaker *, int64_t now_ms);

#endif
