#include "registry/fetch.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"
#include "registry/download.h"
#include "registry/fetch_state.h"

#define LOOK_MS 200
#define TROUBLE_MS (30 * 1000) /* how long the database may be unavailable */

struct fetches *
fetches_open(struct db_pool *pool, struct store *store, struct upstreams *upstreams, size_t limit)
{
	struct fetches *fetches = calloc(1, sizeof(*fetches));

	if (fetches == NULL)
		log_fatal("out of memory");
	fetches->pool = pool;
	fetches->store = store;
	fetches->upstreams = upstreams;
	fetches->slots = limit;
	fetches->remote_slots = limit - limit / 4;
	pthread_mutex_init(&fetches->lock, NULL);
	pthread_cond_init(&fetches->gone, NULL);
	return fetches;
}

void
fetches_close(struct fetches *fetches)
{
	pthread_mutex_lock(&fetches->lock);
	fetches->closing = true;
	pthread_cond_broadcast(&fetches->gone);
	while (fetches->threads > 0)
		pthread_cond_wait(&fetches->gone, &fetches->lock);
	pthread_mutex_unlock(&fetches->lock);
	pthread_cond_destroy(&fetches->gone);
	pthread_mutex_destroy(&fetches->lock);
	free(fetches);
}

/* Acquire a slot if one is free. One remote cannot take the last ones: an upstream that hangs must
 * not stop the others. */
static bool
slot_acquire(struct fetch *fetch)
{
	struct fetches *fetches = fetch->fetches;
	size_t held = 0;

	pthread_mutex_lock(&fetches->lock);
	for (const struct fetch *f = fetches->first; f != NULL; f = f->next)
		held += f->slot && f->key.remote == fetch->key.remote;
	fetch->slot = fetches->slots > 0 && held < fetches->remote_slots;
	if (fetch->slot)
		fetches->slots--;
	pthread_mutex_unlock(&fetches->lock);
	return fetch->slot;
}

static void
slot_release(struct fetch *fetch)
{
	pthread_mutex_lock(&fetch->fetches->lock);
	fetch->slot = false;
	fetch->fetches->slots++;
	pthread_mutex_unlock(&fetch->fetches->lock);
}

static bool
is_closing(struct fetches *fetches)
{
	bool closing;

	pthread_mutex_lock(&fetches->lock);
	closing = fetches->closing;
	pthread_mutex_unlock(&fetches->lock);
	return closing;
}

static bool
on_progress(void *context, const struct download *download, int64_t file, int64_t received)
{
	struct fetch *fetch = context;

	fetch_set_size(fetch, download->size);
	fetch_set_place(fetch, file, received);
	return !is_closing(fetch->fetches);
}

/* Download as the lease holder. True: the fetch has ended; false: it must be joined again. */
static bool
own(struct fetch *fetch, struct db *db, const struct fetch_row *row)
{
	struct download download = {
		.upstreams = fetch->fetches->upstreams,
		.store = fetch->fetches->store,
		.db = db,
		.remote = fetch->remote,
		.key = &fetch->key,
		.source = fetch->source,
		.size = row->size,
		.owner = fetch->owner,
		.steps = fetch->steps,
		.progress = on_progress,
		.context = fetch,
	};
	struct error err = { 0 };

	switch (download_run(&download, row, &err)) {
	case DOWNLOAD_STORED:
		fetch_set_stored(fetch, download.holder);
		return true;
	case DOWNLOAD_FAILED:
		fetch_set_failed(fetch, &err);
		return true;
	case DOWNLOAD_LEFT:
		error_set(&err, ERROR_UNAVAILABLE, NULL);
		fetch_set_failed(fetch, &err);
		return true;
	case DOWNLOAD_LOST:
		break;
	}
	return false;
}

/* Does anything besides the thread wait for the fetch? */
static bool
is_followed(struct fetch *fetch)
{
	bool followed;

	pthread_mutex_lock(&fetch->fetches->lock);
	followed = fetch->references > 1 && !fetch->fetches->closing;
	if (!followed)
		fetch_end(fetch, FETCH_STATE_FAILED);
	pthread_mutex_unlock(&fetch->fetches->lock);
	return followed;
}

static void
pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

/* The lease is held elsewhere: publish the progress of its row until the fetch ends, with *row, or
 * the lease expires. false: the last reader has gone. */
static bool
watch(struct fetch *fetch, struct db *db, struct fetch_row *row)
{
	struct error err = { 0 };
	int64_t well_ms = clock_steady_ms();

	while (row->role == FETCH_READER) {
		fetch_set_size(fetch, row->size);
		fetch_set_place(fetch, row->file, row->received);
		pause_ms(LOOK_MS);
		if (!is_followed(fetch))
			return false;
		arena_reset(db->arena);
		if (db_fetch_look(db, &fetch->key, row, &err))
			well_ms = clock_steady_ms();
		else if (clock_steady_ms() - well_ms > TROUBLE_MS) {
			fetch_set_failed(fetch, &err);
			return false;
		} else
			row->role = FETCH_READER;
	}
	return true;
}

/* Join the fetch in the database. */
static bool
ask_to_join(struct fetch *fetch, struct db *db, const char *owner, struct fetch_row *row)
{
	const struct remote *remote = fetch->remote;
	struct error err = { 0 };

	arena_reset(db->arena);
	if (db_fetch_join(db, &fetch->key, remote->path, fetch->source, fetch->size,
		remote->store_locally, owner, row, &err))
		return true;
	fetch_set_failed(fetch, &err);
	return false;
}

/* Join. The lease can only be acquired with a slot; a fetch that is running elsewhere needs no slot
 * and does not wait for one. */
static bool
join(struct fetch *fetch, struct db *db, struct fetch_row *row)
{
	struct error err = { 0 };

	while (!is_closing(fetch->fetches)) {
		bool slot = slot_acquire(fetch);
		bool ok = ask_to_join(fetch, db, slot ? fetch->owner : NULL, row);

		if (slot && (!ok || row->role != FETCH_HOLDER))
			slot_release(fetch);
		if (!ok || slot || row->role != FETCH_HOLDER)
			return ok;
		pause_ms(LOOK_MS);
	}
	error_set(&err, ERROR_UNAVAILABLE, NULL);
	fetch_set_failed(fetch, &err);
	return false;
}

static void
row_failed(struct fetch *fetch, const struct fetch_row *row)
{
	struct error err = { 0 };

	error_set(&err,
	    row->error_status == 504   ? ERROR_UPSTREAM_TIMED_OUT
	    : row->error_status == 429 ? ERROR_TOOMANYREQUESTS
	    : row->error_status == 404 ? ERROR_BLOB_UNKNOWN
	    : row->error_status == 507 ? ERROR_STORAGE_FULL
				       : ERROR_UPSTREAM_FAILED,
	    "%s", row->error);
	fetch_set_failed(fetch, &err);
}

static void
run(void *argument)
{
	struct fetch *fetch = argument;
	struct db db = { .pool = fetch->fetches->pool, .arena = fetch->work };
	struct fetch_row row;

	while (join(fetch, &db, &row)) {
		if (row.role == FETCH_HOLDER) {
			bool over = own(fetch, &db, &row);

			slot_release(fetch);
			if (over)
				return;
			continue;
		}
		if (row.role == FETCH_READER && !watch(fetch, &db, &row))
			return;
		if (row.role == FETCH_STORED) {
			fetch_set_size(fetch, row.size);
			fetch_set_stored(fetch, row.file);
		} else if (row.role == FETCH_FAILED) {
			row_failed(fetch, &row);
		} else {
			continue; /* the lease has expired: join again to take it over */
		}
		return;
	}
}

/* Memory ran out: the requests that wait fail, and the next one starts again. */
static void
give_up(struct fetch *fetch)
{
	struct error err = { 0 };

	if (fetch->slot)
		slot_release(fetch);
	error_set(&err, ERROR_UNAVAILABLE, NULL);
	fetch_set_failed(fetch, &err);
}

static void *
thread_main(void *argument)
{
	struct fetch *fetch = argument;
	struct fetches *fetches = fetch->fetches;

	if (!memory_try(run, fetch))
		give_up(fetch);
	arena_reset(fetch->work);
	arena_reset(fetch->steps);
	pthread_mutex_lock(&fetches->lock);
	fetch_release(fetch);
	fetches->threads--;
	pthread_cond_broadcast(&fetches->gone);
	pthread_mutex_unlock(&fetches->lock);
	return NULL;
}

/* --- Starting and joining --- */

/* A fetch that a reader wants. */
struct wish {
	struct fetches *fetches;
	const struct remote *remote;
	const struct digest *digest;
	int64_t size;
	const char *source;
	struct arena *arena; /* of the new fetch */
	struct fetch *fetch; /* the result */
};

static void
fetch_make(void *argument)
{
	struct wish *wish = argument;
	struct arena *arena = wish->arena = arena_new();
	struct fetch *fetch = arena_alloc(arena, sizeof(*fetch));

	*fetch = (struct fetch){
		.fetches = wish->fetches,
		.arena = arena,
		.work = arena_child(arena),
		.steps = arena_child(arena),
		.remote = remote_copy(arena, wish->remote),
		.key = { .remote = wish->remote->id, .digest = *wish->digest },
		.source = wish->source == NULL ? NULL : arena_strdup(arena, wish->source),
		.references = 1,
		.size = wish->size,
		.next = wish->fetches->first,
	};
	uuid_random(fetch->owner);
	wish->fetch = fetch;
}

/* NULL if memory or threads are exhausted. Called with the lock held. */
static struct fetch *
fetch_start(struct wish *wish)
{
	struct fetches *fetches = wish->fetches;

	if (!memory_try(fetch_make, wish) || !thread_start(thread_main, wish->fetch)) {
		arena_free(wish->arena);
		return NULL;
	}
	/* The thread waits for the lock first. */
	pthread_cond_init(&wish->fetch->news, NULL);
	fetches->first = wish->fetch;
	fetches->threads++;
	return wish->fetch;
}

/* Called with the lock held. */
static struct fetch *
fetch_find(struct fetches *fetches, const struct remote *remote, const struct digest *digest)
{
	struct fetch *fetch = fetches->first;

	while (fetch != NULL &&
	       (fetch->key.remote != remote->id || !digest_equal(&fetch->key.digest, digest) ||
		   strcmp(fetch->remote->path, remote->path) != 0))
		fetch = fetch->next;
	return fetch;
}

struct fetch *
fetch_join(struct fetches *fetches, const struct remote *remote, const struct digest *digest,
    int64_t size, const char *source)
{
	struct wish wish = { fetches, remote, digest, size, source, NULL, NULL };
	struct fetch *fetch;

	pthread_mutex_lock(&fetches->lock);
	fetch = fetch_find(fetches, remote, digest);
	if (fetch == NULL)
		fetch = fetch_start(&wish);
	if (fetch != NULL)
		fetch->references++;
	pthread_mutex_unlock(&fetches->lock);
	if (fetch == NULL)
		memory_give_up(sizeof(*fetch));
	return fetch;
}
