#include "responder/blocking_pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/thread.h"

#define IDLE_SECONDS 10

struct blocking_pool {
	pthread_mutex_t lock; /* protects all fields below */
	pthread_cond_t work;  /* signalled when a job is queued */
	pthread_cond_t gone;  /* signalled when a thread ends */
	size_t limit;
	size_t threads; /* number of running threads */
	size_t idle;    /* of these, the ones that no job is reserved for */
	struct job *first, **last;
	bool closing;
};

struct job {
	void (*function)(void *);
	void *object;
	struct job *next;
};

struct blocking_pool *
blocking_pool_open(size_t limit)
{
	struct blocking_pool *blocking_pool = calloc(1, sizeof(*blocking_pool));
	pthread_condattr_t attributes;

	if (blocking_pool == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&blocking_pool->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&blocking_pool->work, &attributes);
	pthread_cond_init(&blocking_pool->gone, NULL);
	pthread_condattr_destroy(&attributes);
	blocking_pool->limit = limit;
	blocking_pool->last = &blocking_pool->first;
	return blocking_pool;
}

void
blocking_pool_close(struct blocking_pool *blocking_pool)
{
	pthread_mutex_lock(&blocking_pool->lock);
	blocking_pool->closing = true;
	pthread_cond_broadcast(&blocking_pool->work);
	while (blocking_pool->threads > 0)
		pthread_cond_wait(&blocking_pool->gone, &blocking_pool->lock);
	pthread_mutex_unlock(&blocking_pool->lock);
	pthread_cond_destroy(&blocking_pool->work);
	pthread_cond_destroy(&blocking_pool->gone);
	pthread_mutex_destroy(&blocking_pool->lock);
	free(blocking_pool);
}

/* Return the next job; NULL if none arrived for a while. Called and left with the lock held. */
static struct job *
next_job(struct blocking_pool *blocking_pool)
{
	struct timespec until;
	struct job *job;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += IDLE_SECONDS;
	while (blocking_pool->first == NULL && !blocking_pool->closing && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&blocking_pool->work, &blocking_pool->lock, &until);
	job = blocking_pool->first;
	if (job != NULL && (blocking_pool->first = job->next) == NULL)
		blocking_pool->last = &blocking_pool->first;
	return job;
}

static void *
thread_main(void *argument)
{
	struct blocking_pool *blocking_pool = argument;
	struct job *job;

	pthread_mutex_lock(&blocking_pool->lock);
	while ((job = next_job(blocking_pool)) != NULL) {
		pthread_mutex_unlock(&blocking_pool->lock);
		job->function(job->object);
		free(job);
		pthread_mutex_lock(&blocking_pool->lock);
		blocking_pool->idle++;
	}
	blocking_pool->idle--;
	blocking_pool->threads--;
	pthread_cond_signal(&blocking_pool->gone);
	pthread_mutex_unlock(&blocking_pool->lock);
	return NULL;
}

/* Reserve a thread, an idle one or a new one. Called with the lock held. */
static bool
thread_reserve(struct blocking_pool *blocking_pool)
{
	if (blocking_pool->idle > 0) {
		blocking_pool->idle--;
		return true;
	}
	if (blocking_pool->threads == blocking_pool->limit ||
	    !thread_start(thread_main, blocking_pool))
		return false;
	blocking_pool->threads++;
	return true;
}

bool
blocking_pool_run(struct blocking_pool *blocking_pool, void (*function)(void *), void *object)
{
	struct job *job = malloc(sizeof(*job));
	bool ok;

	if (job == NULL)
		return false;
	*job = (struct job){ function, object, NULL };
	pthread_mutex_lock(&blocking_pool->lock);
	ok = thread_reserve(blocking_pool);
	if (ok) {
		*blocking_pool->last = job;
		blocking_pool->last = &job->next;
		pthread_cond_signal(&blocking_pool->work);
	}
	pthread_mutex_unlock(&blocking_pool->lock);
	if (!ok)
		free(job);
	return ok;
}
