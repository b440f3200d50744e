#include "db/permission.h"

#include "db/parts.h"

static const struct statement permission_set = {
	.name = "permission_set",
	.nparams = 6 + ACTOR_PARAMS,
	.sql =
	    "SELECT unknown_repository, unknown_principal FROM permission_set($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
};

static const struct statement permission_add = {
	.name = "permission_add",
	.nparams = 6 + ACTOR_PARAMS,
	.sql =
	    "SELECT unknown_repository, unknown_principal, added FROM permission_add($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
};

static const struct statement permission_fault = {
	.name = "permission_fault",
	.nparams = 6,
	.sql = "SELECT permission_fault($1, $2, $3, $4, $5, $6)",
	.again = true,
};

const struct statement *const permission_statements[] = { &permission_set, &permission_add,
	&permission_fault, NULL };

/* params: the target, as the statements that write it take it. */
static bool
check_target(struct db *db, const struct param *params, struct error *err)
{
	PGresult *res = db_query(db, &permission_fault, params, err);

	if (res == NULL)
		return false;
	return row_null(res, 0, 0) || error_set(err, ERROR_BAD_REQUEST, "%s", row_text(res, 0, 0));
}

/* NULL: failed, error set. */
static PGresult *
write_target(struct db *db, const struct statement *statement,
    const struct permission_target *target, const struct actor *actor, struct error *err)
{
	int64_t *actions = arena_array(db->arena, target->principal_count, sizeof(*actions));
	struct param params[6 + ACTOR_PARAMS] = {
		param_text(target->name),
		param_text(target->includes),
		param_text(target->excludes),
		param_texts(db, target->repositories, target->repository_count),
		param_texts(db, target->principals, target->principal_count),
	};
	const char *repository, *principal;
	PGresult *res;

	for (size_t i = 0; i < target->principal_count; i++)
		actions[i] = target->actions[i];
	params[5] = param_ints(db, actions, target->principal_count);
	actor_params(db, actor, params + 6);
	if (!check_target(db, params, err))
		return NULL;
	if ((res = db_query(db, statement, params, err)) == NULL)
		return NULL;
	repository = row_text(res, 0, 0);
	principal = row_text(res, 0, 1);
	if (repository == NULL && principal == NULL)
		return res;
	if (repository != NULL)
		error_set(err, ERROR_NOT_FOUND, "no local or remote repository %s", repository);
	else
		error_set(err, ERROR_NOT_FOUND, "no user or group %s", principal);
	return NULL;
}

bool
db_permission_set(struct db *db, const struct permission_target *target, const struct actor *actor,
    struct error *err)
{
	return write_target(db, &permission_set, target, actor, err) != NULL;
}

bool
db_permission_add(struct db *db, const struct permission_target *target, const struct actor *actor,
    bool *added, struct error *err)
{
	PGresult *res = write_target(db, &permission_add, target, actor, err);

	*added = res != NULL && row_bool(res, 0, 2);
	return res != NULL;
}
