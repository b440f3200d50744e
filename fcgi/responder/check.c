#include "responder/check.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include "base/log.h"
#include "responder/health.h"
#include "store/access.h"

#define GROUPS_MAX 64

static void
complain(enum log_level level, const struct error *err)
{
	log_line(level, "%s%s%s", err->message, err->cause[0] != '\0' ? ": " : "", err->cause);
}

/* Collect the group, and all groups of the user with the same name, as web servers have one. */
static bool
groups_of(const struct service *service, const char *name, gid_t groups[GROUPS_MAX], int *count)
{
	const struct group *group = name == NULL ? NULL : getgrnam(name);
	const struct passwd *user;
	struct stat st;

	*count = 1;
	if (group != NULL)
		groups[0] = group->gr_gid;
	else if (name == NULL && stat(store_root(service->store), &st) == 0)
		groups[0] = st.st_gid;
	else
		return false;
	if (group == NULL && (group = getgrgid(groups[0])) == NULL)
		return true;
	if ((user = getpwnam(group->gr_name)) != NULL) {
		*count = GROUPS_MAX;
		if (getgrouplist(user->pw_name, group->gr_gid, groups, count) == -1)
			*count = GROUPS_MAX;
	}
	return true;
}

static bool
check_readable(const struct service *service, const char *group, struct error *err)
{
	gid_t groups[GROUPS_MAX];
	int count;

	if (!groups_of(service, group, groups, &count))
		return error_set(err, ERROR_NOT_FOUND, "no such group: %s", group);
	return store_readable_by(service->store, groups, (size_t)count, err);
}

static void
warn(const struct service *service, struct db *db)
{
	struct health health;

	if (!health_look(service, db, &health))
		complain(LOG_LEVEL_WARNING, &health.err);
	if (health.full.code != ERROR_NONE)
		complain(LOG_LEVEL_WARNING, &health.full);
	if (health.weakness[0] != '\0')
		log_line(LOG_LEVEL_WARNING, "%s", health.weakness);
}

bool
check_service(const struct service *service, const char *group)
{
	struct arena *arena = arena_new();
	struct db db = { .pool = service->pool, .arena = arena };
	struct error err = { 0 };
	bool ok = true;

	if (service->store != NULL &&
	    (!store_look(service->store, &err) || !check_readable(service, group, &err))) {
		complain(LOG_LEVEL_ERROR, &err);
		ok = false;
	} else {
		warn(service, &db);
	}
	arena_free(arena);
	return ok;
}
