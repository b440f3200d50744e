#include "store/access.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/layout.h"

static bool
has_group(gid_t gid, const gid_t *groups, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (groups[i] == gid)
			return true;
	return false;
}

/* bit: of others; the group's bit is three places to the left. */
static bool
allows(const struct stat *st, mode_t bit, const gid_t *groups, size_t count)
{
	return (st->st_mode & (has_group(st->st_gid, groups, count) ? bit << 3 : bit)) != 0;
}

static bool
refuse(struct error *err, const char *what, const struct stat *st)
{
	error_set(err, ERROR_DENIED, "the web server cannot read blobs");
	return error_cause(
	    err, "%s: mode %03o, group %d", what, st->st_mode & 0777, (int)st->st_gid);
}

/* Check every directory from the root of the file system to the path. */
static bool
may_pass(const char *path, const gid_t *groups, size_t count, struct error *err)
{
	char part[PATH_MAX];

	for (const char *end = path; *end != '\0';) {
		struct stat st = { 0 };

		end = strchrnul(end + 1, '/');
		snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
		if (stat(part, &st) == -1 && errno == ENOENT)
			return true; /* does not exist yet */
		if (!allows(&st, S_IXOTH, groups, count))
			return refuse(err, part, &st);
	}
	return true;
}

bool
store_readable_by(const struct store *store, const gid_t *groups, size_t count, struct error *err)
{
	const struct store_place *place = atomic_load(&store->place);
	char path[PATH_MAX];
	struct stat st = { 0 };
	int fd;
	bool ok;

	if (place == NULL)
		return store_require(store, err);
	snprintf(path, sizeof(path), "%s/blobs/sha256/00", place->path);
	if (!may_pass(path, groups, count, err))
		return false;
	/* A new file that the responders' user creates gets the same group as blobs; some file
	 * systems do not support O_TMPFILE. */
	if (fstat(store->root, &st) == -1 || st.st_uid != geteuid())
		return true;
	fd = openat(store->root, "uploads", O_TMPFILE | O_WRONLY | O_CLOEXEC, STORE_FILE_MODE);
	if (fd == -1)
		return true;
	ok = fstat(fd, &st) == 0 && allows(&st, S_IROTH, groups, count);
	close(fd);
	return ok || refuse(err, "a new file", &st);
}
