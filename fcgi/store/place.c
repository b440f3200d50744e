#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/identity.h"
#include "store/layout.h"

struct store *
store_open(const char *root, const char *identity)
{
	struct arena *arena = arena_new();
	struct store *store = arena_alloc(arena, sizeof(*store));

	store->arena = arena;
	store->name = arena_strdup(arena, root);
	/* openat() refuses this descriptor until store_look() replaces it. */
	store->root = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pthread_mutex_init(&store->lock, NULL);
	store_expect(store, identity);
	return store;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	if (store->root != -1)
		close(store->root);
	pthread_mutex_destroy(&store->lock);
	arena_free(store->arena);
}

void
store_expect(struct store *store, const char *identity)
{
	pthread_mutex_lock(&store->lock);
	snprintf(store->identity, sizeof(store->identity), "%s", identity == NULL ? "" : identity);
	pthread_mutex_unlock(&store->lock);
}

const char *
store_root(const struct store *store)
{
	return store->name;
}

static bool
refuse(const struct store *store, struct error *err, const char *reason)
{
	error_set(err, ERROR_UNAVAILABLE, "the blob store is not available");
	return error_cause(err, "%s: %s", store->name, reason);
}

static bool
refuse_errno(const struct store *store, struct error *err, const char *call)
{
	char user[STORE_USER_SIZE];
	int number = errno;

	error_set(err, ERROR_UNAVAILABLE, "the blob store is not available");
	store_user(user);
	errno = number;
	error_cause(err, "%s: cannot %s as user %s: %m", store->name, call, user);
	errno = number;
	return false;
}

/* A process without descriptors or memory learns nothing about the store. */
static bool
is_exhausted(int number)
{
	return number == EMFILE || number == ENFILE || number == ENOMEM;
}

/* Check that the open directory has the store's identity. */
static bool
is_ours(const struct store *store, int fd, struct error *err)
{
	char identity[UUID_TEXT_SIZE];

	if (store->identity[0] == '\0')
		return true;
	if (!store_identity_at(fd, identity))
		return refuse_errno(store, err, "read " STORE_IDENTITY_FILE);
	if (identity[0] == '\0')
		return refuse(store, err,
		    STORE_IDENTITY_FILE
		    " is missing: not mounted, or stowagectl bootstrap has not run yet");
	if (strcmp(identity, store->identity) == 0)
		return true;
	error_set(err, ERROR_UNAVAILABLE, "the blob store is not available");
	return error_cause(err, "%s is the store of another database (%s, not %s)", store->name,
	    identity, store->identity);
}

/* A command that an administrator runs as root must not make directories that the owner of the
 * store cannot write. */
static bool
may_make(const struct store *store, const struct stat *st)
{
	return store->identity[0] != '\0' && (geteuid() != 0 || st->st_uid == 0);
}

/* Make this directory the root. A thread inside a call continues with the old or the new one. */
static bool
move_to(struct store *store, int fd, const struct stat *st, struct error *err)
{
	struct store_place *place = arena_alloc(store->arena, sizeof(*place));
	char absolute[PATH_MAX];

	if (realpath(store->name, absolute) == NULL)
		return refuse_errno(store, err, "find it");
	if (may_make(store, st) && !store_make_directories(fd))
		return refuse_errno(store, err, "make directories in it");
	*place = (struct store_place){ .path = arena_strdup(store->arena, absolute),
		.device = st->st_dev,
		.inode = st->st_ino };
	if (dup3(fd, store->root, O_CLOEXEC) == -1)
		return refuse_errno(store, err, "keep it open");
	atomic_store(&store->place, place);
	return true;
}

static bool
is_at(const struct store_place *place, const struct stat *st)
{
	return place != NULL && place->device == st->st_dev && place->inode == st->st_ino;
}

bool
store_look(struct store *store, struct error *err)
{
	struct stat st;
	bool ok;
	int fd;

	pthread_mutex_lock(&store->lock);
	errno = 0;
	fd = open(store->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		ok = refuse_errno(store, err, "open it");
	else
		ok = is_ours(store, fd, err) &&
		     (is_at(atomic_load(&store->place), &st) || move_to(store, fd, &st, err));
	if (!ok && !is_exhausted(errno))
		atomic_store(&store->place, NULL);
	if (fd != -1)
		close(fd);
	pthread_mutex_unlock(&store->lock);
	return ok;
}

bool
store_require(const struct store *store, struct error *err)
{
	const struct store_place *place = atomic_load(&store->place);
	struct stat st;

	if (place != NULL && stat(store->name, &st) == 0 && is_at(place, &st))
		return true;
	refuse(store, err, "missing, or replaced by another directory");
	errno = ESTALE;
	return false;
}
