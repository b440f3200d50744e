#include "store/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"

#define IDENTITY_MODE 0644 /* not secret */

void
store_user(char name[STORE_USER_SIZE])
{
	char buffer[1024];
	struct passwd entry, *user = NULL;

	if (getpwuid_r(geteuid(), &entry, buffer, sizeof(buffer), &user) == 0 && user != NULL)
		snprintf(name, STORE_USER_SIZE, "%s", user->pw_name);
	else
		snprintf(name, STORE_USER_SIZE, "%d", (int)geteuid());
}

bool
store_identity_at(int root, char identity[UUID_TEXT_SIZE])
{
	int fd = openat(root, STORE_IDENTITY_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t length;
	int error;

	identity[0] = '\0';
	if (fd == -1)
		return errno == ENOENT;
	length = pread(fd, identity, UUID_TEXT_SIZE - 1, 0);
	error = errno;
	close(fd);
	errno = error;
	if (length == -1)
		return false;
	identity[length] = '\0';
	if (uuid_check(identity))
		return true;
	errno = EINVAL;
	return false;
}

static int
open_root(const char *root, struct error *err)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1) {
		error_errno(err, "cannot open the blob store");
		error_cause(err, "%s: %m", root);
	}
	return fd;
}

bool
store_identity_read(const char *root, char identity[UUID_TEXT_SIZE], struct error *err)
{
	int fd = open_root(root, err);
	bool ok;

	if (fd == -1)
		return false;
	if (!(ok = store_identity_at(fd, identity))) {
		error_errno(err, "cannot read the identity of the blob store");
		error_cause(err, "%s/" STORE_IDENTITY_FILE ": %m", root);
	}
	close(fd);
	return ok;
}

/* Publish only a complete file, and do not replace an existing one. */
static bool
publish(int root, const char *temporary)
{
	if (linkat(root, temporary, root, STORE_IDENTITY_FILE, 0) == 0 || errno == EEXIST)
		return true;
	/* the file system has no hard links */
	return (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS) &&
	       renameat(root, temporary, root, STORE_IDENTITY_FILE) == 0;
}

static bool
write_file(int root, const char *identity)
{
	char line[UUID_TEXT_SIZE + 1], temporary[UUID_TEXT_SIZE + 16], random[UUID_TEXT_SIZE];
	int length = snprintf(line, sizeof(line), "%s\n", identity), fd, error;
	bool ok;

	uuid_random(random);
	snprintf(temporary, sizeof(temporary), STORE_IDENTITY_FILE ".%s", random);
	fd = openat(root, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, IDENTITY_MODE);
	if (fd == -1)
		return false;
	ok = bytes_write(fd, (struct bytes){ .data = line, .length = (size_t)length }) &&
	     fchmod(fd, IDENTITY_MODE) == 0 && fsync(fd) == 0 && publish(root, temporary);
	error = errno;
	close(fd);
	unlinkat(root, temporary, 0);
	ok = ok && fsync(root) == 0;
	if (!ok)
		errno = error;
	return ok;
}

bool
store_identity_write(const char *root, const char *identity, struct error *err)
{
	char there[UUID_TEXT_SIZE], user[STORE_USER_SIZE];
	int fd = open_root(root, err);

	if (fd == -1)
		return false;
	store_user(user);
	if (!store_identity_at(fd, there) ||
	    (there[0] == '\0' && (!write_file(fd, identity) || !store_identity_at(fd, there)))) {
		error_errno(err, "cannot write the identity of the blob store");
		error_cause(err, "%s/" STORE_IDENTITY_FILE ", as user %s: %m", root, user);
		close(fd);
		return false;
	}
	close(fd);
	if (strcmp(there, identity) == 0)
		return true;
	error_set(err, ERROR_CONFLICT, "the directory is the blob store of another database");
	return error_cause(
	    err, "%s/" STORE_IDENTITY_FILE " holds %s, the database %s", root, there, identity);
}
