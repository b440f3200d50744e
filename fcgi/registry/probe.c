#include "registry/probe.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "registry/remote_state.h"

#define STACK_BYTES (1024 * 1024)

struct probe {
	struct probes *probes;
	struct arena *arena;         /* owned; the probe lives in it */
	const struct remote *remote; /* in the arena */
	struct probe *next;
};

struct probes {
	struct db_pool *pool;           /* borrowed */
	struct upstream_client *client; /* borrowed */
	pthread_mutex_t lock;
	pthread_cond_t ended;
	struct probe *first; /* running probes */
	bool closing;
};

struct probes *
probes_open(struct db_pool *pool, struct upstream_client *client)
{
	struct probes *probes = calloc(1, sizeof(*probes));

	if (probes == NULL)
		log_fatal("out of memory");
	probes->pool = pool;
	probes->client = client;
	pthread_mutex_init(&probes->lock, NULL);
	pthread_cond_init(&probes->ended, NULL);
	return probes;
}

void
probes_close(struct probes *probes)
{
	pthread_mutex_lock(&probes->lock);
	probes->closing = true;
	while (probes->first != NULL)
		pthread_cond_wait(&probes->ended, &probes->lock);
	pthread_mutex_unlock(&probes->lock);
	pthread_cond_destroy(&probes->ended);
	pthread_mutex_destroy(&probes->lock);
	free(probes);
}

/* Return false when the probes are being closed. */
static bool
on_tick(void *context)
{
	struct probes *probes = context;
	bool closing;

	pthread_mutex_lock(&probes->lock);
	closing = probes->closing;
	pthread_mutex_unlock(&probes->lock);
	return !closing;
}

static void
run(const struct probe *probe)
{
	struct probes *probes = probe->probes;
	struct db db = { .pool = probes->pool, .arena = probe->arena };
	const struct upstream upstream = remote_upstream(probe->remote);
	struct upstream_reply reply;
	struct error ignored = { 0 };
	enum upstream_result result = upstream_greet(probes->client, probe->arena, &upstream,
	    &(struct upstream_call){
		.answer_ms = probe->remote->answer_ms, .tick = on_tick, .context = probes },
	    &reply);

	if (result == UPSTREAM_DONE)
		(void)!db_remote_answered(&db, probe->remote->id, -1, -1, -1, &ignored);
	else if (result != UPSTREAM_STOPPED)
		remote_back_off(&db, probe->remote, result, &reply);
}

static void *
thread_main(void *argument)
{
	struct probe *probe = argument, **p;
	struct probes *probes = probe->probes;

	run(probe);
	pthread_mutex_lock(&probes->lock);
	for (p = &probes->first; *p != probe; p = &(*p)->next)
		;
	*p = probe->next;
	pthread_cond_broadcast(&probes->ended);
	pthread_mutex_unlock(&probes->lock);
	arena_free(probe->arena);
	return NULL;
}

/* Called with the lock held. */
static bool
is_under_way(const struct probes *probes, int id)
{
	const struct probe *probe = probes->first;

	while (probe != NULL && probe->remote->id != id)
		probe = probe->next;
	return probe != NULL;
}

static bool
thread_start(struct probe *probe)
{
	pthread_attr_t attributes;
	pthread_t id;
	bool ok;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	ok = pthread_create(&id, &attributes, thread_main, probe) == 0;
	pthread_attr_destroy(&attributes);
	return ok;
}

void
probe_start(struct probes *probes, const struct remote *remote)
{
	struct arena *arena;
	struct probe *probe;

	pthread_mutex_lock(&probes->lock);
	if (!probes->closing && !is_under_way(probes, remote->id)) {
		arena = arena_new();
		probe = arena_alloc(arena, sizeof(*probe));
		*probe = (struct probe){ probes, arena, remote_copy(arena, remote), probes->first };
		probes->first = probe;
		if (!thread_start(probe)) {
			probes->first = probe->next;
			arena_free(arena);
		}
	}
	pthread_mutex_unlock(&probes->lock);
}
