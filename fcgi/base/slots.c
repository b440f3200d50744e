#include "base/slots.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"

bool
slots_acquire(struct slots *slots, int64_t timeout_ms)
{
	int64_t until_ms = clock_steady_ms() + timeout_ms;
	struct timespec until = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };
	bool ok;
	int error = 0;

	pthread_mutex_lock(&slots->lock);
	while (slots->free == 0 && error != ETIMEDOUT)
		error = pthread_cond_clockwait(
		    &slots->released, &slots->lock, CLOCK_MONOTONIC, &until);
	ok = slots->free > 0;
	slots->free -= ok;
	pthread_mutex_unlock(&slots->lock);
	return ok;
}

void
slots_release(struct slots *slots)
{
	pthread_mutex_lock(&slots->lock);
	slots->free++;
	pthread_cond_signal(&slots->released);
	pthread_mutex_unlock(&slots->lock);
}
