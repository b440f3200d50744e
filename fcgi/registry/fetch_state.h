/* The state of a fetch, shared by its thread (fetch.c) and its readers (reader.c). */
#ifndef REGISTRY_FETCH_STATE_H
#define REGISTRY_FETCH_STATE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/uuid.h"
#include "db/fetch.h"
#include "db/remote.h"
#include "store/store.h"

enum fetch_state { FETCH_STATE_RUNNING, FETCH_STATE_STORED, FETCH_STATE_FAILED };

struct fetch {
	struct fetches *fetches;
	struct arena *arena;        /* owned; lives as long as the fetch */
	struct arena *work, *steps; /* its children, of the thread; reset again and again */
	const struct remote *remote;
	struct fetch_key key;
	const char *source;
	char owner[UUID_TEXT_SIZE];

	/* Protected by the lock of struct fetches: */
	int references;      /* the thread and the readers */
	bool slot;           /* it holds a download slot */
	pthread_cond_t news; /* a field below has changed */
	enum fetch_state state;
	int64_t file;     /* the file with the bytes; changes with the lease holder */
	const char *path; /* current path of that file */
	bool passing;     /* complete but not stored: the last reader unlinks the file */
	int64_t received; /* bytes in it */
	int64_t size;     /* of the blob, as the upstream states it ... */
	bool doubted;     /* ... and not as its manifest does */
	struct error err; /* set in FETCH_STATE_FAILED */
	struct fetch *next;
};

struct fetches {
	struct db_pool *pool;        /* borrowed */
	struct store *store;         /* borrowed */
	struct upstreams *upstreams; /* borrowed */
	pthread_mutex_t lock;
	pthread_cond_t gone; /* a thread has ended */
	size_t slots;        /* free download slots ... */
	size_t remote_slots; /* ... and how many of all may serve one remote */
	size_t threads;
	bool closing;
	struct fetch *first; /* fetches that can still be joined */
};

/* Called with the lock held: drop a reference, and end a fetch, so that nothing joins it any more.
 */
void fetch_release(struct fetch *);
void fetch_end(struct fetch *, enum fetch_state);

/* Called without the lock. */
void fetch_set_size(struct fetch *, int64_t size);
void fetch_set_place(struct fetch *, int64_t file, int64_t received);
void fetch_set_failed(struct fetch *, const struct error *);
/* holder: the file that holds the blob; 0: it is not stored, and the bytes are only kept for the
 * readers. */
void fetch_set_stored(struct fetch *, int64_t holder);

#endif
