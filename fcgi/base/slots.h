/* Limit how many threads run a costly operation at once. */
#ifndef BASE_SLOTS_H
#define BASE_SLOTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

struct slots {
	pthread_mutex_t lock;
	pthread_cond_t released;
	size_t free;
};

#define SLOTS(count)                                                       \
	{                                                                  \
		PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, count \
	}

/* Acquire a slot; false if it takes longer than timeout_ms. */
bool slots_acquire(struct slots *, int64_t timeout_ms) MUST_CHECK;
void slots_release(struct slots *);

#endif
