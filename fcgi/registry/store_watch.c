#include "registry/store_watch.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/installation.h"

#define LOOK_SECONDS 1
#define REPORT_MS 30000

struct store_watch {
	struct db db;
	struct store *store; /* borrowed */
	const char *program; /* borrowed */
	char node[HOST_NAME_MAX + 1];
	char trouble[sizeof(((struct error *)0)->cause)]; /* of the last look, or "" */
	int64_t report_ms;                                /* when the row is due */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopping;
};

/* Look at the store; return true if its state has changed since the last look. */
static bool
look(struct store_watch *watch)
{
	struct error err = { 0 };

	if (store_look(watch->store, &err))
		err.cause[0] = '\0';
	if (strcmp(watch->trouble, err.cause) == 0)
		return false;
	if (err.cause[0] != '\0')
		log_line(LOG_LEVEL_ERROR, "%s: %s", err.message, err.cause);
	else
		log_line(LOG_LEVEL_INFO, "the blob store is back: %s", store_root(watch->store));
	snprintf(watch->trouble, sizeof(watch->trouble), "%s", err.cause);
	return true;
}

/* The identity changes if the database was restored or created again. */
static void
report(struct store_watch *watch)
{
	const char *trouble = watch->trouble[0] == '\0' ? NULL : watch->trouble, *identity;
	struct error ignored = { 0 };

	if (db_store_seen(&watch->db, watch->node, watch->program, trouble, &identity, &ignored))
		store_expect(watch->store, identity);
	arena_reset(watch->db.arena);
	watch->report_ms = clock_steady_ms() + REPORT_MS;
}

/* Return true if the thread must stop. */
static bool
pause_look(struct store_watch *watch)
{
	struct timespec until;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LOOK_SECONDS;
	pthread_mutex_lock(&watch->lock);
	while (!watch->stopping && pthread_cond_timedwait(&watch->wake, &watch->lock, &until) == 0)
		;
	stopping = watch->stopping;
	pthread_mutex_unlock(&watch->lock);
	return stopping;
}

static void *
thread_main(void *argument)
{
	struct store_watch *watch = argument;

	do
		if (look(watch) || clock_steady_ms() >= watch->report_ms)
			report(watch);
	while (!pause_look(watch));
	return NULL;
}

struct store_watch *
store_watch_start(struct db_pool *pool, struct store *store, const char *program)
{
	struct store_watch *watch = calloc(1, sizeof(*watch));
	pthread_condattr_t attributes;

	if (watch == NULL)
		log_fatal("out of memory");
	watch->db = (struct db){ .pool = pool, .arena = arena_new() };
	watch->store = store;
	watch->program = program;
	gethostname(watch->node, sizeof(watch->node) - 1);
	pthread_mutex_init(&watch->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&watch->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&watch->thread, NULL, thread_main, watch) != 0)
		log_fatal("cannot start a thread");
	return watch;
}

void
store_watch_stop(struct store_watch *watch)
{
	if (watch == NULL)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->stopping = true;
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(watch->thread, NULL);
	pthread_cond_destroy(&watch->wake);
	pthread_mutex_destroy(&watch->lock);
	arena_free(watch->db.arena);
	free(watch);
}
