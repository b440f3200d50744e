/* Permission targets, written as a whole; acl follows by trigger. */
#ifndef DB_PERMISSION_H
#define DB_PERMISSION_H

#include "db/query.h"
#include "db/standing.h"

struct permission_target {
	const char *name;
	const char *includes, *excludes; /* Ant patterns, comma separated; "" for none */
	const char *const *repositories; /* keys, or ANY, ANY LOCAL, ANY REMOTE */
	size_t repository_count;
	const char *const *principals; /* users, groups, or _anonymous */
	const int *actions;            /* one per principal */
	size_t principal_count;
};

/* Create or replace; NOT_FOUND names an unknown repository or principal, BAD_REQUEST says what is
 * wrong with name or patterns. Audited. */
bool db_permission_set(
    struct db *, const struct permission_target *, const struct actor *, struct error *) MUST_CHECK;

/* The same where there is no target of that name yet. */
bool db_permission_add(struct db *, const struct permission_target *, const struct actor *,
    bool *added, struct error *) MUST_CHECK;

#endif
