#include "base/slots.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"

bool
slots_acquire(struct slots *slots, int64_t most_ms)
{
	int64_t until_ms = clock_steady_ms() + most_ms;
	struct timespec until = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };
	bool ok;
	int error = 0;

	pthread_mutex_lock(&slots->lock);
	while (slots->left == 0 && error != ETIMEDOUT)
		error = pthread_cond_clockwait(
		    &slots->released, &slots->lock, CLOCK_MONOTONIC, &until);
	ok = slots->left > 0;
	slots->left -= ok;
	pthread_mutex_unlock(&slots->lock);
	return ok;
}

void
slots_release(struct slots *slots)
{
	pthread_mutex_lock(&slots->lock);
	slots->left++;
	pthread_cond_signal(&slots->released);
	pthread_mutex_unlock(&slots->lock);
}
