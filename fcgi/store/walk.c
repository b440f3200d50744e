#include "store/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/layout.h"

static bool
is_probe(const char *name)
{
	return strncmp(name, STORE_PROBE_PREFIX, strlen(STORE_PROBE_PREFIX)) == 0 &&
	       strchr(name, '/') == NULL;
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
		file = store_blob_name_parse(name, &digest);
		is_blob = file != -1;
	} else if (S_ISREG(st->st_mode)) {
		file = store_file_id_parse(name);
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
