#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/hex.h"
#include "store/layout.h"

static const char *
path(const struct store *store)
{
	const struct store_place *place = atomic_load(&store->place);

	return place == NULL ? store->name : place->path;
}

const char *
store_blob_path(
    const struct store *store, struct arena *arena, const struct digest *digest, int64_t file)
{
	char name[STORE_NAME_SIZE];

	store_blob_name(name, digest, file);
	return arena_printf(arena, "%s/%s", path(store), name);
}

const char *
store_upload_path(const struct store *store, struct arena *arena, int64_t file)
{
	char name[STORE_NAME_SIZE];

	store_upload_name(name, file);
	return arena_printf(arena, "%s/%s", path(store), name);
}

int64_t
store_blob_size(const struct store *store, const struct digest *digest, int64_t file)
{
	char name[STORE_NAME_SIZE];
	struct stat st;

	store_blob_name(name, digest, file);
	if (!store_require(store, NULL) ||
	    fstatat(store->root, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	return st.st_size;
}

bool
store_blob_unlink(struct store *store, const struct digest *digest, int64_t file, struct error *err)
{
	char name[STORE_NAME_SIZE];

	if (!store_require(store, err))
		return false;
	store_blob_name(name, digest, file);
	if (unlinkat(store->root, name, 0) == -1 && errno != ENOENT)
		return error_errno(err, "cannot remove %s", digest->text);
	return true;
}

bool
store_blob_digest(const struct store *store, const struct digest *blob, int64_t file,
    struct digest *digest, int64_t *size, struct error *err)
{
	char name[STORE_NAME_SIZE];
	int fd;
	bool ok;

	if (!store_require(store, err))
		return false;
	store_blob_name(name, blob, file);
	fd = openat(store->root, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ok = fd != -1 && store_hash_file(fd, blob->algorithm, digest, size);
	if (!ok)
		error_errno(err, "cannot read %s", blob->text);
	if (fd != -1)
		close(fd);
	return ok;
}

/* Do what an upload does: create a file in uploads/ and move it to blobs/. */
static bool
probe(const struct store *store)
{
	unsigned char random[8];
	char hex[2 * sizeof(random) + 1];
	char from[STORE_NAME_SIZE], to[STORE_NAME_SIZE];
	int fd, error;

	if (getentropy(random, sizeof(random)) == -1)
		return false;
	hex_encode(hex, random, sizeof(random));
	snprintf(from, sizeof(from), "uploads/" STORE_PROBE_PREFIX "%s", hex);
	snprintf(to, sizeof(to), "blobs/" STORE_PROBE_PREFIX "%s", hex);
	fd = openat(store->root, from, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, STORE_FILE_MODE);
	if (fd == -1)
		return false;
	close(fd);
	if (renameat(store->root, from, store->root, to) == 0)
		return unlinkat(store->root, to, 0) == 0;
	error = errno;
	unlinkat(store->root, from, 0);
	errno = error;
	return false;
}

bool
store_space(struct store *store, int64_t *total, int64_t *available, struct error *err)
{
	struct statvfs fs;

	if (!store_require(store, err))
		return false;
	if (fstatvfs(store->root, &fs) == -1)
		return error_errno(err, "cannot examine the blob store");
	*total = (int64_t)(fs.f_blocks * fs.f_frsize);
	*available = (int64_t)(fs.f_bavail * fs.f_frsize);
	return true;
}

bool
store_ready(struct store *store, int64_t reserve_bytes, struct error *full, struct error *err)
{
	int64_t total, available = 0;
	bool no_room = false;

	if (!store_look(store, err))
		return false;
	if (!probe(store) && !(no_room = errno == ENOSPC || errno == EDQUOT)) {
		error_set(err, ERROR_UNAVAILABLE, "the blob store cannot create a file");
		return error_cause(err, "%m");
	}
	if (!store_space(store, &total, &available, err))
		return false;
	if (no_room || available < reserve_bytes) {
		error_set(full, ERROR_UNAVAILABLE, "the blob store is nearly full");
		error_cause(full, "%" PRId64 " bytes free, store.reserve_bytes is %" PRId64,
		    available, reserve_bytes);
	}
	return true;
}
