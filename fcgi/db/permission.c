#include "db/permission.h"

#include "db/parts.h"
#include "db/sql.h"

/* Members of STATEMENT_args for statements that take a whole permission target. */
#define TARGET_ARGS(target, rights)                                                             \
	.name = (target)->name, .includes = (target)->includes, .excludes = (target)->excludes, \
	.repositories = { (target)->repositories, (target)->repository_count },                 \
	.principals = { (target)->principals, (target)->principal_count }, .actions = (rights)

static struct integers
target_actions(struct arena *arena, const struct permission_target *target)
{
	int64_t *actions = arena_array(arena, target->principal_count, sizeof(*actions));

	for (size_t i = 0; i < target->principal_count; i++)
		actions[i] = target->actions[i];
	return (struct integers){ actions, target->principal_count };
}

static bool
check_target(struct db *db, const struct permission_target *target, struct integers actions,
    struct error *err)
{
	PGresult *res = permission_fault_query(
	    db, (struct permission_fault_args){ TARGET_ARGS(target, actions) }, err);
	const char *fault;

	if (res == NULL)
		return false;
	fault = permission_fault_row(res, 0).fault;
	return fault == NULL || error_set(err, ERROR_BAD_REQUEST, "%s", fault);
}

static bool
check_known(const char *repository, const char *principal, struct error *err)
{
	if (repository != NULL)
		return error_set(err, ERROR_NOT_FOUND,
		    "no such local or remote repository: %s (rights on a virtual repository are those on its members)",
		    repository);
	if (principal != NULL)
		return error_set(err, ERROR_NOT_FOUND, "no such user or group: %s", principal);
	return true;
}

bool
db_permission_set(struct db *db, const struct permission_target *target, const struct actor *actor,
    struct error *err)
{
	struct integers actions = target_actions(db->arena, target);
	struct permission_set_row row;
	PGresult *res;

	if (!check_target(db, target, actions, err))
		return false;
	res = permission_set_query(db,
	    (struct permission_set_args){ TARGET_ARGS(target, actions), ACTOR_ARGS(actor) }, err);
	if (res == NULL)
		return false;
	row = permission_set_row(res, 0);
	return check_known(row.unknown_repository, row.unknown_principal, err);
}

bool
db_permission_add(struct db *db, const struct permission_target *target, const struct actor *actor,
    bool *added, struct error *err)
{
	struct integers actions = target_actions(db->arena, target);
	struct permission_add_row row;
	PGresult *res;

	*added = false;
	if (!check_target(db, target, actions, err))
		return false;
	res = permission_add_query(db,
	    (struct permission_add_args){ TARGET_ARGS(target, actions), ACTOR_ARGS(actor) }, err);
	if (res == NULL)
		return false;
	row = permission_add_row(res, 0);
	*added = row.added;
	return check_known(row.unknown_repository, row.unknown_principal, err);
}

bool
db_permission_remove(struct db *db, const char *name, const struct actor *actor, struct error *err)
{
	PGresult *res = permission_remove_query(
	    db, (struct permission_remove_args){ .name = name, ACTOR_ARGS(actor) }, err);

	return res != NULL && parts_is_done(permission_remove_row(res, 0).reason, err);
}

static struct permission_summary
summary_read(struct permission_list_row row)
{
	return (struct permission_summary){
		.name = row.name,
		.includes = row.includes,
		.excludes = row.excludes,
		.repositories = row.repositories,
	};
}

bool
db_permission_list(struct db *db, const char *after, int limit, struct permission_summary **targets,
    size_t *count, struct error *err)
{
	PGresult *res = permission_list_query(
	    db, (struct permission_list_args){ .after = after, .limit = limit }, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*targets = arena_array(db->arena, *count, sizeof(**targets));
	for (size_t i = 0; i < *count; i++)
		(*targets)[i] = summary_read(permission_list_row(res, (int)i));
	return true;
}

bool
db_permission_require(struct db *db, const char *name, struct permission_summary *target,
    struct permission_right **rights, size_t *count, struct error *err)
{
	PGresult *res = permission_find_query(
	    db, (struct permission_find_args){ .name = name }, err);

	if (res == NULL)
		return false;
	if (PQntuples(res) == 0)
		return error_set(err, ERROR_NOT_FOUND, "no such permission target: %s", name);
	*target = summary_read(permission_find_row(res, 0));
	res = permission_rights_query(db, (struct permission_rights_args){ .target = name }, err);
	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*rights = arena_array(db->arena, *count, sizeof(**rights));
	for (size_t i = 0; i < *count; i++) {
		struct permission_rights_row row = permission_rights_row(res, (int)i);

		(*rights)[i] = (struct permission_right){
			.kind = row.kind, .principal = row.principal, .actions = row.actions
		};
	}
	return true;
}
