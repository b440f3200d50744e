#include "responder/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024
#define SOCKET_MODE 0660
#define SYSTEMD_FIRST_FD 3

static const char *const pool_names[POOLS] = { "general", "upload" };

static int
pool_find(const char *name, size_t length)
{
	for (int pool = 0; pool < POOLS; pool++)
		if (strlen(pool_names[pool]) == length &&
		    strncmp(pool_names[pool], name, length) == 0)
			return pool;
	return -1;
}

static bool
set_address(struct sockaddr_un *address, const char *path, struct error *err)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (*path != '/' || strlen(path) >= sizeof(address->sun_path))
		return error_set(err, ERROR_BAD_REQUEST,
		    "%s: must be an absolute path of at most %zu bytes", path,
		    sizeof(address->sun_path) - 1);
	memcpy(address->sun_path, path, strlen(path));
	return true;
}

/* Is another process listening there? */
static bool
in_use(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* EAGAIN: the backlog is full. */
	bool used = fd != -1 &&
		    (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
			errno == EAGAIN);

	if (fd != -1)
		close(fd);
	return used;
}

/* Remove an unused socket file from the path; anything else stays and is an error. */
static bool
clear_path(const struct sockaddr_un *address, struct error *err)
{
	struct stat st;

	if (lstat(address->sun_path, &st) == -1)
		return errno == ENOENT || error_errno(err, "cannot examine %s", address->sun_path);
	if (!S_ISSOCK(st.st_mode))
		return error_set(err, ERROR_CONFLICT, "%s is not a socket", address->sun_path);
	if (in_use(address))
		return error_set(
		    err, ERROR_CONFLICT, "%s: another program listens there", address->sun_path);
	return unlink(address->sun_path) == 0 ||
	       error_errno(err, "cannot remove %s", address->sun_path);
}

static bool
set_owner(const char *path, const char *group, struct error *err)
{
	const struct group *entry;

	if (chmod(path, SOCKET_MODE) == -1)
		return error_errno(err, "cannot set the mode of %s", path);
	if (group == NULL)
		return true;
	if ((entry = getgrnam(group)) == NULL)
		return error_set(err, ERROR_BAD_REQUEST, "no such group: %s", group);
	return chown(path, (uid_t)-1, entry->gr_gid) == 0 ||
	       error_errno(err, "cannot change the group of %s to %s", path, group);
}

bool
listen_add(struct listeners *listeners, const char *option, const char *group, struct error *err)
{
	const char *equals = strchr(option, '=');
	int pool = equals == NULL ? -1 : pool_find(option, (size_t)(equals - option));
	const char *path = pool == -1 ? NULL : equals + 1;
	struct sockaddr_un address;
	int fd;

	if (pool == -1)
		return error_set(err, ERROR_BAD_REQUEST,
		    "--socket %s: must be general=PATH or upload=PATH", option);
	if (listeners->fd[pool] != -1)
		return error_set(err, ERROR_BAD_REQUEST, "--socket %s: given twice", option);
	if (!set_address(&address, path, err) || !clear_path(&address, err))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) == -1) {
		error_errno(err, "cannot bind %s", path);
		if (fd != -1)
			close(fd);
		return false;
	}
	listeners->fd[pool] = fd;
	listeners->path[pool] = strdup(path);
	/* Set permissions first: no client may connect before that. */
	return set_owner(path, group, err) &&
	       (listen(fd, BACKLOG) == 0 || error_errno(err, "cannot listen on %s", path));
}

static bool
is_listening(int fd)
{
	int yes = 0;
	socklen_t size = sizeof(yes);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &size) == 0 && yes != 0;
}

/* sd_listen_fds(3): descriptors from 3 on, passed to this process, named by FileDescriptorName=. */
static bool
from_systemd(struct listeners *listeners)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS"),
		   *names = getenv("LISTEN_FDNAMES");
	bool found = false;

	if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != getpid())
		return false;
	for (int i = 0; i < (int)strtol(count, NULL, 10); i++) {
		size_t length = names == NULL ? 0 : strcspn(names, ":");
		int pool = names == NULL ? i : pool_find(names, length);

		if (pool >= 0 && pool < POOLS && is_listening(SYSTEMD_FIRST_FD + i)) {
			listeners->fd[pool] = SYSTEMD_FIRST_FD + i;
			found = true;
		}
		if (names != NULL)
			names += length + (names[length] == ':');
	}
	return found;
}

bool
listen_inherited(struct listeners *listeners)
{
	if (from_systemd(listeners))
		return true;
	if (!is_listening(STDIN_FILENO))
		return false;
	listeners->fd[POOL_GENERAL] = STDIN_FILENO;
	return true;
}

bool
listen_finish(struct listeners *listeners, struct error *err)
{
	if (listeners->fd[POOL_UPLOAD] == -1)
		listeners->fd[POOL_UPLOAD] = listeners->fd[POOL_GENERAL];
	if (listeners->fd[POOL_GENERAL] == -1)
		listeners->fd[POOL_GENERAL] = listeners->fd[POOL_UPLOAD];
	for (int pool = 0; pool < POOLS; pool++) {
		int flags = fcntl(listeners->fd[pool], F_GETFL);

		if (flags == -1 || fcntl(listeners->fd[pool], F_SETFL, flags | O_NONBLOCK) == -1)
			return error_errno(err, "cannot set up a socket");
	}
	return true;
}

void
listen_remove(const struct listeners *listeners)
{
	for (int pool = 0; pool < POOLS; pool++)
		if (listeners->path[pool] != NULL)
			unlink(listeners->path[pool]);
}
