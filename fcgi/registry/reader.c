#include "registry/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "registry/fetch_state.h"

#define PATH_SIZE 4096
#define SMALL_BLOB (64 * 1024)
#define OPEN_TRIES 50 /* while a file is renamed to its final name */
#define OPEN_PAUSE_NS (20 * 1000 * 1000)

struct reader {
	struct fetch *fetch;
	int fd;       /* owned */
	int64_t file; /* the file that fd is open on */
};

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
reader_follow(struct fetches *fetches, struct arena *arena, const struct remote *remote,
    const struct digest *digest, int64_t size, const char *source)
{
	struct reader *reader = arena_alloc(arena, sizeof(*reader));

	*reader = (struct reader){ .fd = -1 };
	arena_defer(arena, reader_release, reader);
	reader->fetch = fetch_join(fetches, remote, digest, size, source);
	return reader;
}

/* Number of bytes that readers may send: the last byte only when all are verified. Lock held. */
static int64_t
readable(const struct fetch *fetch)
{
	if (fetch->state == FETCH_STATE_STORED)
		return fetch->received;
	return fetch->doubted ? 0 : fetch->received - 1;
}

/* Must the reader still wait? A small blob is waited for completely: that costs little time, and
 * wrong bytes are answered with an error that has a reason instead of a broken transfer. */
static bool
is_pending(const struct fetch *fetch)
{
	return fetch->state == FETCH_STATE_RUNNING &&
	       (readable(fetch) <= 0 || fetch->size <= SMALL_BLOB);
}

bool
reader_wait(struct reader *reader, bool *stored, int64_t *size, struct error *err)
{
	struct fetch *fetch = reader->fetch;
	enum fetch_state state;

	pthread_mutex_lock(&fetch->fetches->lock);
	while (is_pending(fetch))
		pthread_cond_wait(&fetch->news, &fetch->fetches->lock);
	state = fetch->state;
	*stored = state == FETCH_STATE_STORED && !fetch->passing;
	*size = fetch->size;
	if (state == FETCH_STATE_FAILED)
		*err = fetch->err;
	pthread_mutex_unlock(&fetch->fetches->lock);
	return state != FETCH_STATE_FAILED;
}

/* Wait for bytes beyond the offset; set how many there are, and in which file. 0: end of the blob,
 * -1: no more bytes will arrive. */
static int
wait_for_bytes(struct fetch *fetch, int64_t offset, int64_t *limit, int64_t *file, char *path)
{
	int found;

	pthread_mutex_lock(&fetch->fetches->lock);
	while (fetch->state == FETCH_STATE_RUNNING && readable(fetch) <= offset)
		pthread_cond_wait(&fetch->news, &fetch->fetches->lock);
	*limit = readable(fetch);
	*file = fetch->file;
	found = fetch->state == FETCH_STATE_FAILED ? -1 : *limit > offset;
	if (fetch->path != NULL)
		snprintf(path, PATH_SIZE, "%s", fetch->path);
	pthread_mutex_unlock(&fetch->fetches->lock);
	return found;
}

/* Open that file. A rename just before is not a failure. */
static bool
reader_open_file(struct reader *reader, int64_t file, const char *path)
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
		if (!reader_open_file(reader, file, path))
			return -1;
		if (reader->fd != -1)
			return pread(reader->fd, buffer,
			    limit - offset < (int64_t)size ? (size_t)(limit - offset) : size,
			    offset);
		nanosleep(&(struct timespec){ .tv_nsec = OPEN_PAUSE_NS }, NULL);
	}
	return -1;
}
