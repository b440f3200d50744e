#include "registry/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/uuid.h"
#include "db/fetch.h"
#include "registry/download.h"
#include "registry/relay.h"

#define STACK_BYTES (1024 * 1024)
#define LOOK_MS 200
#define TROUBLE_MS (30 * 1000) /* how long the database may be unavailable */
#define PATH_SIZE 4096
#define SMALL_BLOB (64 * 1024)
#define OPEN_TRIES 50 /* while a file is renamed to its final name */
#define OPEN_PAUSE_NS (20 * 1000 * 1000)

enum state { STATE_RUNNING, STATE_STORED, STATE_FAILED };

struct fetch {
	struct fetches *fetches;
	struct arena *arena; /* owned; lives as long as the fetch */
	const struct remote *remote;
	struct fetch_key key;
	const char *source;
	char owner[UUID_TEXT_SIZE];

	/* Protected by the lock of struct fetches: */
	int references;      /* the thread and the readers */
	bool slot;           /* it holds a download slot */
	pthread_cond_t news; /* a field below has changed */
	enum state state;
	int64_t file;     /* the file with the bytes; changes with the lease holder */
	const char *path; /* current path of that file */
	bool passing;     /* complete but not stored: the last reader unlinks the file */
	int64_t received; /* bytes in it */
	int64_t size;     /* of the blob, as the upstream states it ... */
	bool doubted;     /* ... and not as its manifest does */
	struct error err; /* set in STATE_FAILED */
	struct fetch *next;
};

struct fetches {
	struct relay *relay; /* borrowed */
	pthread_mutex_t lock;
	pthread_cond_t gone; /* a thread has ended */
	size_t slots;        /* free download slots ... */
	size_t most;         /* ... and how many of all may serve one remote */
	size_t threads;
	bool closing;
	struct fetch *first; /* fetches that can still be joined */
};

struct reader {
	struct fetch *fetch;
	int fd;       /* owned */
	int64_t file; /* the file that fd is open on */
};

struct fetches *
fetches_open(struct relay *relay, size_t limit)
{
	struct fetches *fetches = calloc(1, sizeof(*fetches));

	if (fetches == NULL)
		log_fatal("out of memory");
	fetches->relay = relay;
	fetches->slots = limit;
	fetches->most = limit - limit / 4;
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

/* --- State; all called with the lock held --- */

static void
fetch_release(struct fetch *fetch)
{
	if (--fetch->references > 0)
		return;
	if (fetch->passing)
		unlink(fetch->path);
	pthread_cond_destroy(&fetch->news);
	arena_free(fetch->arena);
}

/* Stop further readers from joining; later requests look the blob up again. */
static void
fetch_unlist(struct fetch *fetch)
{
	struct fetch **p = &fetch->fetches->first;

	while (*p != NULL && *p != fetch)
		p = &(*p)->next;
	if (*p != NULL)
		*p = fetch->next;
}

static void
fetch_end(struct fetch *fetch, enum state state)
{
	fetch->state = state;
	fetch_unlist(fetch);
	pthread_cond_broadcast(&fetch->news);
}

/* --- The thread --- */

/* Which of two sizes is correct is known only when all bytes are verified; until then readers get
 * none. */
static void
set_size(struct fetch *fetch, int64_t size)
{
	pthread_mutex_lock(&fetch->fetches->lock);
	fetch->doubted |= size != fetch->size;
	fetch->size = size;
	pthread_mutex_unlock(&fetch->fetches->lock);
}

static void
set_place(struct fetch *fetch, int64_t file, int64_t received)
{
	pthread_mutex_lock(&fetch->fetches->lock);
	if (file != fetch->file) {
		fetch->file = file;
		fetch->path = store_upload_path(fetch->fetches->relay->store, fetch->arena, file);
	}
	if (received != fetch->received)
		pthread_cond_broadcast(&fetch->news);
	fetch->received = received;
	pthread_mutex_unlock(&fetch->fetches->lock);
}

static void
set_failed(struct fetch *fetch, const struct error *err)
{
	pthread_mutex_lock(&fetch->fetches->lock);
	fetch->err = *err;
	fetch_end(fetch, STATE_FAILED);
	pthread_mutex_unlock(&fetch->fetches->lock);
}

/* holder: the file that holds the blob; 0: it is not stored, and the bytes are only kept for the
 * readers. */
static void
set_stored(struct fetch *fetch, int64_t holder)
{
	pthread_mutex_lock(&fetch->fetches->lock);
	if (holder != 0) {
		fetch->file = holder;
		fetch->path = store_blob_path(
		    fetch->fetches->relay->store, fetch->arena, &fetch->key.digest, holder);
	}
	fetch->passing = holder == 0;
	fetch->received = fetch->size;
	fetch_end(fetch, STATE_STORED);
	pthread_mutex_unlock(&fetch->fetches->lock);
}

/* Acquire a slot if one is free. One remote cannot take the last ones: an upstream that hangs must
 * not stop the others. */
static bool
slot_take(struct fetch *fetch)
{
	struct fetches *fetches = fetch->fetches;
	size_t taken = 0;

	pthread_mutex_lock(&fetches->lock);
	for (const struct fetch *f = fetches->first; f != NULL; f = f->next)
		taken += f->slot && f->key.remote == fetch->key.remote;
	fetch->slot = fetches->slots > 0 && taken < fetches->most;
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

	set_size(fetch, download->size);
	set_place(fetch, file, received);
	return !is_closing(fetch->fetches);
}

/* Download as the lease holder. True: the fetch has ended; false: it must be joined again. */
static bool
own(struct fetch *fetch, struct db *db, const struct fetch_row *row)
{
	struct download download = {
		.relay = fetch->fetches->relay,
		.db = db,
		.remote = fetch->remote,
		.key = &fetch->key,
		.source = fetch->source,
		.size = row->size,
		.owner = fetch->owner,
		.progress = on_progress,
		.context = fetch,
	};
	struct error err = { 0 };

	switch (download_run(&download, row, &err)) {
	case DOWNLOAD_STORED:
		set_stored(fetch, download.holder);
		return true;
	case DOWNLOAD_FAILED:
		set_failed(fetch, &err);
		return true;
	case DOWNLOAD_LEFT:
		error_set(&err, ERROR_UNAVAILABLE, NULL);
		set_failed(fetch, &err);
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
		fetch_end(fetch, STATE_FAILED);
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

	while (row->role == FETCH_FOLLOW) {
		set_size(fetch, row->size);
		set_place(fetch, row->file, row->received);
		pause_ms(LOOK_MS);
		if (!is_followed(fetch))
			return false;
		arena_reset(db->arena);
		if (db_fetch_look(db, &fetch->key, row, &err))
			well_ms = clock_steady_ms();
		else if (clock_steady_ms() - well_ms > TROUBLE_MS) {
			set_failed(fetch, &err);
			return false;
		} else
			row->role = FETCH_FOLLOW;
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
	set_failed(fetch, &err);
	return false;
}

/* Join. The lease can only be acquired with a slot; a fetch that is running elsewhere needs no slot
 * and does not wait for one. */
static bool
join(struct fetch *fetch, struct db *db, struct fetch_row *row)
{
	struct error err = { 0 };

	while (!is_closing(fetch->fetches)) {
		bool slot = slot_take(fetch);
		bool ok = ask_to_join(fetch, db, slot ? fetch->owner : NULL, row);

		if (slot && (!ok || row->role != FETCH_OWN))
			slot_release(fetch);
		if (!ok || slot || row->role != FETCH_OWN)
			return ok;
		pause_ms(LOOK_MS);
	}
	error_set(&err, ERROR_UNAVAILABLE, NULL);
	set_failed(fetch, &err);
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
	set_failed(fetch, &err);
}

static void
run(struct fetch *fetch, struct db *db)
{
	struct fetch_row row;

	while (join(fetch, db, &row)) {
		if (row.role == FETCH_OWN) {
			bool over = own(fetch, db, &row);

			slot_release(fetch);
			if (over)
				return;
			continue;
		}
		if (row.role == FETCH_FOLLOW && !watch(fetch, db, &row))
			return;
		if (row.role == FETCH_STORED) {
			set_size(fetch, row.size);
			set_stored(fetch, row.file);
		} else if (row.role == FETCH_FAILED) {
			row_failed(fetch, &row);
		} else {
			continue; /* the lease has expired: join again to take it over */
		}
		return;
	}
}

static void *
thread_main(void *argument)
{
	struct fetch *fetch = argument;
	struct fetches *fetches = fetch->fetches;
	struct arena *arena = arena_new();
	struct db db = { .pool = fetches->relay->pool, .arena = arena };

	run(fetch, &db);
	arena_free(arena);
	pthread_mutex_lock(&fetches->lock);
	fetch_release(fetch);
	fetches->threads--;
	pthread_cond_broadcast(&fetches->gone);
	pthread_mutex_unlock(&fetches->lock);
	return NULL;
}

/* --- Readers --- */

static bool
thread_start(struct fetch *fetch)
{
	pthread_attr_t attributes;
	pthread_t id;
	bool ok;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	ok = pthread_create(&id, &attributes, thread_main, fetch) == 0;
	pthread_attr_destroy(&attributes);
	return ok;
}

/* Called with the lock held. */
static struct fetch *
fetch_start(struct fetches *fetches, const struct remote *remote, const struct digest *digest,
    int64_t size, const char *source)
{
	struct arena *arena = arena_new();
	struct fetch *fetch = arena_alloc(arena, sizeof(*fetch));

	*fetch = (struct fetch){
		.fetches = fetches,
		.arena = arena,
		.remote = remote_copy(arena, remote),
		.key = { .remote = remote->id, .digest = *digest },
		.source = source == NULL ? NULL : arena_strdup(arena, source),
		.references = 1,
		.size = size,
		.next = fetches->first,
	};
	uuid_random(fetch->owner);
	pthread_cond_init(&fetch->news, NULL);
	fetches->first = fetch;
	fetches->threads++;
	if (!thread_start(fetch))
		log_fatal("cannot start a thread");
	return fetch;
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

static void
reader_release(void *object)
{
	struct reader *reader = object;
	struct fetches *fetches;

	if (reader->fd != -1)
		close(reader->fd);
	if (reader->fetch == NULL)
		return;
	fetches = reader->fetch->fetches;
	pthread_mutex_lock(&fetches->lock);
	fetch_release(reader->fetch);
	pthread_mutex_unlock(&fetches->lock);
}

struct reader *
fetch_follow(struct fetches *fetches, struct arena *arena, const struct remote *remote,
    const struct digest *digest, int64_t size, const char *source)
{
	struct reader *reader = arena_alloc(arena, sizeof(*reader));
	struct fetch *fetch;

	*reader = (struct reader){ .fd = -1 };
	arena_defer(arena, reader_release, reader);
	pthread_mutex_lock(&fetches->lock);
	fetch = fetch_find(fetches, remote, digest);
	if (fetch == NULL)
		fetch = fetch_start(fetches, remote, digest, size, source);
	fetch->references++;
	pthread_mutex_unlock(&fetches->lock);
	reader->fetch = fetch;
	return reader;
}

/* Number of bytes that readers may send: the last byte only when all are verified. Lock held. */
static int64_t
readable(const struct fetch *fetch)
{
	if (fetch->state == STATE_STORED)
		return fetch->received;
	return fetch->doubted ? 0 : fetch->received - 1;
}

/* Must the reader still wait? A small blob is waited for completely: that costs little time, and
 * wrong bytes are answered with an error that has a reason instead of a broken transfer. */
static bool
is_pending(const struct fetch *fetch)
{
	return fetch->state == STATE_RUNNING && (readable(fetch) <= 0 || fetch->size <= SMALL_BLOB);
}

bool
reader_wait(struct reader *reader, bool *stored, int64_t *size, struct error *err)
{
	struct fetch *fetch = reader->fetch;
	enum state state;

	pthread_mutex_lock(&fetch->fetches->lock);
	while (is_pending(fetch))
		pthread_cond_wait(&fetch->news, &fetch->fetches->lock);
	state = fetch->state;
	*stored = state == STATE_STORED && !fetch->passing;
	*size = fetch->size;
	if (state == STATE_FAILED)
		*err = fetch->err;
	pthread_mutex_unlock(&fetch->fetches->lock);
	return state != STATE_FAILED;
}

/* Wait for bytes beyond the offset; set how many there are, and in which file. 0: end of the blob,
 * -1: no more bytes will arrive. */
static int
wait_for_bytes(struct fetch *fetch, int64_t offset, int64_t *limit, int64_t *file, char *path)
{
	int found;

	pthread_mutex_lock(&fetch->fetches->lock);
	while (fetch->state == STATE_RUNNING && readable(fetch) <= offset)
		pthread_cond_wait(&fetch->news, &fetch->fetches->lock);
	*limit = readable(fetch);
	*file = fetch->file;
	found = fetch->state == STATE_FAILED ? -1 : *limit > offset;
	if (fetch->path != NULL)
		snprintf(path, PATH_SIZE, "%s", fetch->path);
	pthread_mutex_unlock(&fetch->fetches->lock);
	return found;
}

/* Open that file. A rename just before is not a failure. */
static bool
reader_open(struct reader *reader, int64_t file, const char *path)
{
	if (reader->fd != -1 && reader->file == file)
		return true;
	if (reader->fd != -1)
		close(reader->fd);
	reader->fd = open(path, O_RDONLY | O_CLOEXEC);
	reader->file = file;
	return reader->fd != -1 || errno == ENOENT;
}

ssize_t
reader_read(void *context, int64_t offset, void *buffer, size_t size)
{
	struct reader *reader = context;
	char path[PATH_SIZE];
	int64_t limit, file;
	int found;

	for (int tries = 0; tries < OPEN_TRIES; tries++) {
		found = wait_for_bytes(reader->fetch, offset, &limit, &file, path);
		if (found <= 0)
			return found;
		if (!reader_open(reader, file, path))
			return -1;
		if (reader->fd != -1)
			return pread(reader->fd, buffer,
			    limit - offset < (int64_t)size ? (size_t)(limit - offset) : size,
			    offset);
		nanosleep(&(struct timespec){ .tv_nsec = OPEN_PAUSE_NS }, NULL);
	}
	return -1;
}
