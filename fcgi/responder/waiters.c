#include "responder/waiters.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"

#define STACK_BYTES (1024 * 1024)
#define IDLE_SECONDS 10

struct waiters {
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t work;  /* a job is there */
	pthread_cond_t gone;  /* a thread went */
	size_t limit;
	size_t threads; /* alive */
	size_t idle;    /* of them, those that no job is meant for */
	struct job *first, **last;
	bool closing;
};

struct job {
	void (*function)(void *);
	void *object;
	struct job *next;
};

struct waiters *
waiters_open(size_t limit)
{
	struct waiters *waiters = calloc(1, sizeof(*waiters));
	pthread_condattr_t attributes;

	if (waiters == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&waiters->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&waiters->work, &attributes);
	pthread_cond_init(&waiters->gone, NULL);
	pthread_condattr_destroy(&attributes);
	waiters->limit = limit;
	waiters->last = &waiters->first;
	return waiters;
}

void
waiters_close(struct waiters *waiters)
{
	pthread_mutex_lock(&waiters->lock);
	waiters->closing = true;
	pthread_cond_broadcast(&waiters->work);
	while (waiters->threads > 0)
		pthread_cond_wait(&waiters->gone, &waiters->lock);
	pthread_mutex_unlock(&waiters->lock);
	pthread_cond_destroy(&waiters->work);
	pthread_cond_destroy(&waiters->gone);
	pthread_mutex_destroy(&waiters->lock);
	free(waiters);
}

/* The next job; NULL when there was none for a while. Called and left with the lock held. */
static struct job *
next_job(struct waiters *waiters)
{
	struct timespec until;
	struct job *job;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += IDLE_SECONDS;
	while (waiters->first == NULL && !waiters->closing && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&waiters->work, &waiters->lock, &until);
	job = waiters->first;
	if (job != NULL && (waiters->first = job->next) == NULL)
		waiters->last = &waiters->first;
	return job;
}

static void *
thread_main(void *argument)
{
	struct waiters *waiters = argument;
	struct job *job;

	pthread_mutex_lock(&waiters->lock);
	while ((job = next_job(waiters)) != NULL) {
		pthread_mutex_unlock(&waiters->lock);
		job->function(job->object);
		free(job);
		pthread_mutex_lock(&waiters->lock);
		waiters->idle++;
	}
	waiters->idle--;
	waiters->threads--;
	pthread_cond_signal(&waiters->gone);
	pthread_mutex_unlock(&waiters->lock);
	return NULL;
}

static bool
thread_start(struct waiters *waiters)
{
	pthread_attr_t attributes;
	pthread_t id;
	bool ok;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	ok = pthread_create(&id, &attributes, thread_main, waiters) == 0;
	pthread_attr_destroy(&attributes);
	return ok;
}

/* Set aside a thread, an idle one or a new one. Called with the lock held. */
static bool
thread_reserve(struct waiters *waiters)
{
	if (waiters->idle > 0) {
		waiters->idle--;
		return true;
	}
	if (waiters->threads == waiters->limit || !thread_start(waiters))
		return false;
	waiters->threads++;
	return true;
}

bool
waiters_give(struct waiters *waiters, void (*function)(void *), void *object)
{
	struct job *job = malloc(sizeof(*job));
	bool ok;

	if (job == NULL)
		return false;
	*job = (struct job){ function, object, NULL };
	pthread_mutex_lock(&waiters->lock);
	ok = thread_reserve(waiters);
	if (ok) {
		*waiters->last = job;
		waiters->last = &job->next;
		pthread_cond_signal(&waiters->work);
	}
	pthread_mutex_unlock(&waiters->lock);
	if (!ok)
		free(job);
	return ok;
}
