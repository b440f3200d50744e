#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/hex.h"
#include "store/layout.h"

#define PROBE_PREFIX ".probe-"

static const enum digest_algorithm algorithms[] = { DIGEST_SHA256, DIGEST_SHA512 };
#define ALGORITHM_COUNT (sizeof(algorithms) / sizeof(algorithms[0]))

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
	snprintf(from, sizeof(from), "uploads/" PROBE_PREFIX "%s", hex);
	snprintf(to, sizeof(to), "blobs/" PROBE_PREFIX "%s", hex);
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

/* Parse digits only ("12"), without sign or leading zeros, so that a name has exactly one form. */
static int64_t
file_id_parse(const char *text)
{
	int64_t id = 0;

	if (*text == '\0' || *text == '0')
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || id > (INT64_MAX - (*text - '0')) / 10)
			return -1;
		id = id * 10 + (*text - '0');
	}
	return id;
}

/* Parse "sha256/ab/HEX.FILE" as a digest and a file id; -1 if malformed. */
static int64_t
blob_name_parse(const char *name, struct digest *digest)
{
	for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
		const char *algorithm = digest_algorithm_name(algorithms[i]);
		size_t length = digest_length(algorithms[i]), skip = strlen(algorithm);
		unsigned char value[DIGEST_BYTES_MAX];
		char hex[2 * DIGEST_BYTES_MAX + 1];
		const char *text = name + skip + strlen("/ab/");

		if (strlen(name) <= skip + strlen("/ab/") + 2 * length + 1 ||
		    strncmp(name, algorithm, skip) != 0 || name[skip] != '/' || text[-1] != '/' ||
		    strncmp(name + skip + 1, text, 2) != 0 || text[2 * length] != '.')
			continue;
		snprintf(hex, sizeof(hex), "%.*s", (int)(2 * length), text);
		if (hex_decode(value, length, hex) &&
		    digest_set(digest, algorithms[i], value, length))
			return file_id_parse(text + 2 * length + 1);
	}
	return -1;
}

static bool
is_probe(const char *name)
{
	return strncmp(name, PROBE_PREFIX, strlen(PROBE_PREFIX)) == 0 && strchr(name, '/') == NULL;
}

struct walk {
	bool deep; /* including subdirectories */
	store_visit *visit;
	void *context;
	char path[PATH_MAX]; /* of the current entry, relative to the root */
	bool stopped;
};

static void
walk_file(struct walk *walk, const struct stat *st)
{
	const char *name = strchr(walk->path, '/') + 1;
	struct digest digest;
	bool is_blob = false;
	int64_t file = -1;

	if (S_ISREG(st->st_mode) && is_probe(name)) {
		file = 0;
	} else if (S_ISREG(st->st_mode) && strncmp(walk->path, "blobs/", strlen("blobs/")) == 0) {
		file = blob_name_parse(name, &digest);
		is_blob = file != -1;
	} else if (S_ISREG(st->st_mode)) {
		file = file_id_parse(name);
	}
	walk->stopped = !walk->visit(
	    walk->context, walk->path, is_blob ? &digest : NULL, file, st->st_size);
}

/* Walk the directory at walk->path, opened below `parent` as `name`. Both may vanish at any time,
 * which is not an error. */
static bool
walk_directory(struct walk *walk, int parent, const char *name)
{
	size_t length = strlen(walk->path);
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd == -1 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool ok = true;

	if (directory == NULL) {
		ok = errno == ENOENT;
		if (fd != -1)
			close(fd);
		return ok;
	}
	while (ok && !walk->stopped && (errno = 0, entry = readdir(directory)) != NULL) {
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (snprintf(walk->path + length, sizeof(walk->path) - length, "/%s",
			entry->d_name) >= (int)(sizeof(walk->path) - length)) {
			errno = ENAMETOOLONG;
			ok = false;
		} else if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
			ok = errno == ENOENT;
		} else if (S_ISDIR(st.st_mode)) {
			ok = !walk->deep || walk_directory(walk, fd, entry->d_name);
		} else {
			walk_file(walk, &st);
		}
		walk->path[length] = '\0';
	}
	ok = ok && (walk->stopped || errno == 0);
	closedir(directory);
	return ok;
}

bool
store_walk(struct store *store, store_visit *visit, void *context, struct error *err)
{
	static const char *const tops[] = { "uploads", "blobs" };
	struct walk walk = { .deep = true, .visit = visit, .context = context };

	if (!store_require(store, err))
		return false;
	for (size_t i = 0; i < 2 && !walk.stopped; i++) {
		snprintf(walk.path, sizeof(walk.path), "%s", tops[i]);
		if (!walk_directory(&walk, store->root, tops[i]))
			return error_errno(err, "cannot read the store's directory %s", tops[i]);
	}
	return true;
}

bool
store_has(const struct store *store, const char *path)
{
	struct stat st;

	return store_require(store, NULL) &&
	       fstatat(store->root, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

bool
store_list(struct store *store, const char *directory, store_visit *visit, void *context,
    struct error *err)
{
	struct walk walk = { .visit = visit, .context = context };

	if (!store_require(store, err))
		return false;
	snprintf(walk.path, sizeof(walk.path), "%s", directory);
	return walk_directory(&walk, store->root, directory) ||
	       error_errno(err, "cannot read the store's directory %s", directory);
}

bool
store_remove(struct store *store, const char *path, struct error *err)
{
	if (!store_require(store, err))
		return false;
	if (unlinkat(store->root, path, 0) == -1 && errno != ENOENT)
		return error_errno(err, "cannot remove %s", path);
	return true;
}
