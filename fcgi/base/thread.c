#include "base/thread.h"

#include <pthread.h>

bool
thread_start(void *(*function)(void *), void *argument)
{
	pthread_attr_t attributes;
	pthread_t id;
	bool ok;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	ok = pthread_create(&id, &attributes, function, argument) == 0;
	pthread_attr_destroy(&attributes);
	return ok;
}
