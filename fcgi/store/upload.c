#include "store/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "store/layout.h"

#define FLUSH_STEP (8 * 1024 * 1024)

struct upload {
	struct store *store; /* borrowed */
	int fd;              /* owned, locked */
	char name[STORE_NAME_SIZE];
	int64_t file;
	int64_t length;                  /* bytes in the file */
	int64_t flushed;                 /* bytes that the kernel was told to write out */
	struct hasher *hasher;           /* owned; covers `length` bytes; NULL: not hashed */
	enum digest_algorithm algorithm; /* of the hasher */
	bool closed;                     /* published, or failed: do not touch the file again */
};

/* True if the open file is the one with this name. Keeps errno. */
static bool
carries(const struct upload *up, const char *name)
{
	struct stat mine, named;
	int error = errno;
	bool same = fstat(up->fd, &mine) == 0 &&
		    fstatat(up->store->root, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		    mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;

	errno = error;
	return same;
}

/* Acknowledged bytes are missing after a power failure, because they were not synced yet. */
static bool
refuse_short(const struct upload *up, int64_t found, int64_t expected, struct error *err)
{
	error_set(err, ERROR_BLOB_UPLOAD_UNKNOWN, "the upload has lost bytes, start again");
	return error_cause(
	    err, "%s holds %" PRId64 " of %" PRId64 " bytes", up->name, found, expected);
}

/* Lock the file and get its length. */
static bool
lock(struct upload *up, int64_t received, struct error *err)
{
	struct stat st;

	if (flock(up->fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno == EWOULDBLOCK)
			return error_set(
			    err, ERROR_CONFLICT, "another request is writing this upload");
		return error_errno(err, "cannot lock the upload");
	}
	/* The previous holder of the lock may have published the file: truncating it now would
	 * damage a blob. */
	if (!carries(up, up->name))
		return error_set(err, ERROR_CONFLICT, "another request has just ended this upload");
	if (fstat(up->fd, &st) == -1)
		return error_errno(err, "cannot read the upload");
	up->length = up->flushed = st.st_size;
	return up->length >= received || refuse_short(up, up->length, received, err);
}

struct upload *
upload_open(struct store *store, int64_t file, int64_t received, struct error *err)
{
	struct upload *up;
	int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC;

	if (!store_require(store, err))
		return NULL;
	if ((up = malloc(sizeof(*up))) == NULL) {
		error_errno(err, "cannot open the upload");
		return NULL;
	}
	*up = (struct upload){ .store = store, .fd = -1, .file = file };
	store_upload_name(up->name, file);
	if (received == 0)
		flags |= O_CREAT;
	up->fd = openat(store->root, up->name, flags, STORE_FILE_MODE);
	if (up->fd == -1 && errno == ENOENT) {
		refuse_short(up, 0, received, err);
	} else if (up->fd == -1) {
		error_errno(err, "cannot open the upload");
	} else if (lock(up, received, err)) {
		return up;
	}
	upload_close(up);
	return NULL;
}

bool
upload_is_published(struct store *store, const struct digest *digest, int64_t file)
{
	return store_blob_size(store, digest, file) != -1;
}

bool
upload_republish(struct store *store, const struct digest *digest, int64_t file, int64_t *size,
    struct error *err)
{
	char name[STORE_NAME_SIZE];
	struct digest actual;

	if (!store_blob_digest(store, digest, file, &actual, size, err))
		return false;
	store_blob_name(name, digest, file);
	if (!digest_equal(&actual, digest))
		return error_set(
		    err, ERROR_BLOB_UPLOAD_UNKNOWN, "the upload has lost bytes, start again");
	return store_sync_directory(store, name) || error_errno(err, "cannot store the blob");
}

static void
discard_hash(struct upload *up)
{
	hasher_free(up->hasher);
	up->hasher = NULL;
}

void
upload_hash(struct upload *up, enum digest_algorithm algorithm)
{
	discard_hash(up);
	if (up->length != 0)
		return;
	if ((up->hasher = hasher_new(algorithm)) == NULL)
		memory_give_up(sizeof(struct digest));
	up->algorithm = algorithm;
}

/* After a failed sync it is unknown which bytes are on disk, and another sync would report success,
 * so the file must be removed. Keeps errno. */
static void
abandon(struct upload *up)
{
	int error = errno;

	unlinkat(up->store->root, up->name, 0);
	up->closed = true;
	errno = error;
}

/* Start writing to disk while the client sends, so that little is left for the fdatasync at the
 * end. */
static bool
flush(struct upload *up)
{
	if (up->length - up->flushed < FLUSH_STEP)
		return true;
#ifdef SYNC_FILE_RANGE_WRITE
	if (sync_file_range(up->fd, up->flushed, up->length - up->flushed, SYNC_FILE_RANGE_WRITE) ==
		-1 &&
	    (errno == EIO || errno == ENOSPC || errno == EDQUOT)) {
		abandon(up);
		return false;
	}
#endif
	up->flushed = up->length;
	return true;
}

static bool
refuse_closed(struct error *err)
{
	return error_set(err, ERROR_INTERNAL, "this upload has ended");
}

/* Bytes must not be appended after stray ones: if the truncation fails, this request fails, and the
 * next one truncates again. */
static bool
cut(struct upload *up, int64_t length)
{
	up->closed = ftruncate(up->fd, length) == -1;
	return !up->closed;
}

bool
upload_write(struct upload *up, const void *data, size_t length, struct error *err)
{
	if (up->closed)
		return refuse_closed(err);
	if (!bytes_write(up->fd, (struct bytes){ .data = data, .length = length })) {
		error_errno(err, "cannot write the upload");
		cut(up, up->length); /* remove the part that was written */
		return false;
	}
	up->length += (int64_t)length;
	if (up->hasher != NULL)
		hasher_update(up->hasher, data, length);
	return flush(up) || error_errno(err, "cannot write the upload");
}

int64_t
upload_length(const struct upload *up)
{
	return up->length;
}

bool
upload_digest(
    struct upload *up, enum digest_algorithm algorithm, struct digest *digest, struct error *err)
{
	int64_t size;

	if (up->hasher != NULL && up->algorithm == algorithm)
		return upload_running_digest(up, digest);
	if (!store_hash_file(up->fd, algorithm, digest, &size))
		return error_errno(err, "cannot read the upload");
	return size == up->length || refuse_short(up, size, up->length, err);
}

bool
upload_running_digest(const struct upload *up, struct digest *digest)
{
	if (up->hasher != NULL && !hasher_digest(up->hasher, digest))
		memory_give_up(sizeof(*digest));
	return up->hasher != NULL;
}

bool
upload_truncate(struct upload *up, int64_t length, struct error *err)
{
	if (up->closed)
		return refuse_closed(err);
	if (length == up->length)
		return true;
	if (length > up->length)
		return refuse_short(up, up->length, length, err);
	if (!cut(up, length))
		return error_errno(err, "cannot cut the upload");
	discard_hash(up);
	up->length = length;
	if (up->flushed > length)
		up->flushed = length;
	return true;
}

bool
upload_publish(struct upload *up, const struct digest *digest, struct error *err)
{
	char name[STORE_NAME_SIZE];
	int root = up->store->root;

	if (up->closed)
		return refuse_closed(err);
	if (!store_require(up->store, err))
		return false;
	store_blob_name(name, digest, up->file);
	if (fdatasync(up->fd) == -1) {
		abandon(up);
		return error_errno(err, "cannot store the blob");
	}
	/* Over NFS, a rename whose reply was lost is sent again, and then fails although it was
	 * done. */
	if (renameat(root, up->name, root, name) == -1 && !carries(up, name)) {
		if (errno == ENOENT && !carries(up, up->name))
			return error_set(
			    err, ERROR_BLOB_UPLOAD_UNKNOWN, "the upload was cancelled");
		return error_errno(err, "cannot store the blob");
	}
	up->closed = true;
	return store_sync_directory(up->store, name) || error_errno(err, "cannot store the blob");
}

void
upload_close(struct upload *up)
{
	if (up == NULL)
		return;
	discard_hash(up);
	if (up->fd != -1)
		close(up->fd); /* releases the lock */
	free(up);
}

bool
upload_unlink(struct store *store, int64_t file, struct error *err)
{
	char name[STORE_NAME_SIZE];

	if (!store_require(store, err))
		return false;
	store_upload_name(name, file);
	if (unlinkat(store->root, name, 0) == -1 && errno != ENOENT)
		return error_errno(err, "cannot remove the upload");
	return true;
}
