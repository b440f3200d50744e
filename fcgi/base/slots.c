#include "base/slots.h"

#include <errno.h>
#include <time.h>

bool
slots_acquire(struct slots *slots, int64_t most_ms)
{
	struct timespec until;
	bool ok;
	int error = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += most_ms / 1000;
	until.tv_nsec += most_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&slots->lock);
	while (slots->left == 0 && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&slots->released, &slots->lock, &until);
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
