#include "registry/probe.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"
#include "registry/remote_state.h"

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
run(void *argument)
{
	struct probe *probe = argument;
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

	(void)!memory_try(run, probe); /* the next failure probes again */
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

struct wish {
	struct probes *probes;
	const struct remote *remote;
	struct arena *arena; /* of the probe */
	struct probe *probe; /* the result */
};

static void
probe_make(void *argument)
{
	struct wish *wish = argument;
	struct arena *arena = wish->arena = arena_new();

	wish->probe = arena_alloc(arena, sizeof(*wish->probe));
	*wish->probe = (struct probe){ wish->probes, arena, remote_copy(arena, wish->remote),
		wish->probes->first };
}

/* Without memory or a thread nothing is started: the next failure tries again. */
void
probe_start(struct probes *probes, const struct remote *remote)
{
	struct wish wish = { .probes = probes, .remote = remote };

	pthread_mutex_lock(&probes->lock);
	if (!probes->closing && !is_under_way(probes, remote->id)) {
		if (memory_try(probe_make, &wish) && thread_start(thread_main, wish.probe))
			probes->first = wish.probe;
		else
			arena_free(wish.arena);
	}
	pthread_mutex_unlock(&probes->lock);
}
