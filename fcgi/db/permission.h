/* Permission targets, written as a whole; a trigger updates acl. */
#ifndef DB_PERMISSION_H
#define DB_PERMISSION_H

#include "db/access_decision.h"
#include "db/query.h"

struct permission_target {
	const char *name;
	const char *includes, *excludes; /* Ant patterns, comma separated; "": none */
	const char *const *repositories; /* keys, or ANY, ANY LOCAL, ANY REMOTE */
	size_t repository_count;
	const char *const *principals; /* users, groups, or _anonymous */
	const int *actions;            /* one per principal */
	size_t principal_count;
};

/* Create or replace a target; NOT_FOUND names an unknown repository or principal, BAD_REQUEST says
 * which part of name or patterns is invalid. Audited. */
bool db_permission_set(
    struct db *, const struct permission_target *, const struct actor *, struct error *) MUST_CHECK;

/* The same, but only if the name does not exist yet (*added). */
bool db_permission_add(struct db *, const struct permission_target *, const struct actor *,
    bool *added, struct error *) MUST_CHECK;

/* Remove a target with the rights that it grants; NOT_FOUND if it does not exist. Audited. */
bool db_permission_remove(
    struct db *, const char *name, const struct actor *, struct error *) MUST_CHECK;

struct permission_summary {
	const char *name;
	const char *includes, *excludes; /* "" for none */
	const char *repositories;        /* comma separated */
};

struct permission_right {
	int kind; /* 0 built in, 1 user, 2 group */
	const char *principal;
	int actions; /* enum action */
};

/* A page of the targets whose names follow `after` ("" for the first page), in order of name. */
bool db_permission_list(struct db *, const char *after, int limit, struct permission_summary **,
    size_t *count, struct error *) MUST_CHECK;
/* One target and the rights that it grants; NOT_FOUND if it does not exist. */
bool db_permission_require(struct db *, const char *name, struct permission_summary *,
    struct permission_right **, size_t *count, struct error *) MUST_CHECK;

#endif
