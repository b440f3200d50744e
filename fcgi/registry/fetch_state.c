#include "registry/fetch_state.h"

#include <unistd.h>

void
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

void
fetch_end(struct fetch *fetch, enum fetch_state state)
{
	fetch->state = state;
	fetch_unlist(fetch);
	pthread_cond_broadcast(&fetch->news);
}

/* Which of two sizes is correct is known only when all bytes are verified; until then readers get
 * none. */
void
fetch_set_size(struct fetch *fetch, int64_t size)
{
	pthread_mutex_lock(&fetch->fetches->lock);
	fetch->doubted |= size != fetch->size;
	fetch->size = size;
	pthread_mutex_unlock(&fetch->fetches->lock);
}

void
fetch_set_place(struct fetch *fetch, int64_t file, int64_t received)
{
	const char *path = fetch->path; /* only this thread changes it */

	if (file != fetch->file)
		path = store_upload_path(fetch->fetches->store, fetch->arena, file);
	pthread_mutex_lock(&fetch->fetches->lock);
	fetch->file = file;
	fetch->path = path;
	if (received != fetch->received)
		pthread_cond_broadcast(&fetch->news);
	fetch->received = received;
	pthread_mutex_unlock(&fetch->fetches->lock);
}

void
fetch_set_failed(struct fetch *fetch, const struct error *err)
{
	pthread_mutex_lock(&fetch->fetches->lock);
	fetch->err = *err;
	fetch_end(fetch, FETCH_STATE_FAILED);
	pthread_mutex_unlock(&fetch->fetches->lock);
}

void
fetch_set_stored(struct fetch *fetch, int64_t holder)
{
	const char *path = fetch->path;

	if (holder != 0)
		path = store_blob_path(
		    fetch->fetches->store, fetch->arena, &fetch->key.digest, holder);
	pthread_mutex_lock(&fetch->fetches->lock);
	if (holder != 0)
		fetch->file = holder;
	fetch->path = path;
	fetch->passing = holder == 0;
	fetch->received = fetch->size;
	fetch_end(fetch, FETCH_STATE_STORED);
	pthread_mutex_unlock(&fetch->fetches->lock);
}
