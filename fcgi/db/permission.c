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
	.idempotent = true,
};

static const struct statement permission_remove = {
	.name = "permission_remove",
	.nparams = 1 + ACTOR_PARAMS,
	.sql = "SELECT permission_remove($1, $2, $3, $4, $5)",
};

#define TARGET_SQL                                                                                \
	"SELECT t.name, t.includes, t.excludes,"                                                  \
	" coalesce((SELECT string_agg(coalesce(tr.any_of, r.key), ',' ORDER BY tr.any_of, r.key)" \
	" FROM permission_target_repository tr LEFT JOIN repository r ON r.id = tr.repository_id" \
	" WHERE tr.target_id = t.id), '') FROM permission_target t"

static const struct statement permission_list = {
	.name = "permission_list",
	.nparams = 2,
	.sql = TARGET_SQL " WHERE t.name > $1 ORDER BY t.name LIMIT $2::bigint",
	.idempotent = true,
};

static const struct statement permission_find = {
	.name = "permission_find",
	.nparams = 1,
	.sql = TARGET_SQL " WHERE t.name = $1",
	.idempotent = true,
};

static const struct statement permission_rights = {
	.name = "permission_rights",
	.nparams = 1,
	.sql =
	    "SELECT p.kind, p.name, tp.actions FROM permission_target t"
	    " JOIN permission_target_principal tp ON tp.target_id = t.id"
	    " JOIN principal p ON p.id = tp.principal_id WHERE t.name = $1 ORDER BY p.kind, p.name",
	.idempotent = true,
};

const struct statement *const permission_statements[] = { &permission_set, &permission_add,
	&permission_fault, &permission_remove, &permission_list, &permission_find,
	&permission_rights, NULL };

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

bool
db_permission_remove(struct db *db, const char *name, const struct actor *actor, struct error *err)
{
	struct param params[1 + ACTOR_PARAMS] = { param_text(name) };
	PGresult *res;

	actor_params(db, actor, params + 1);
	if ((res = db_query(db, &permission_remove, params, err)) == NULL)
		return false;
	return row_null(res, 0, 0) || error_set(err, ERROR_NOT_FOUND, "%s", row_text(res, 0, 0));
}

static struct permission_summary
summary_read(const PGresult *res, int row)
{
	return (struct permission_summary){
		.name = row_text(res, row, 0),
		.includes = row_text(res, row, 1),
		.excludes = row_text(res, row, 2),
		.repositories = row_text(res, row, 3),
	};
}

bool
db_permission_list(struct db *db, const char *after, int limit, struct permission_summary **targets,
    size_t *count, struct error *err)
{
	const struct param params[] = { param_text(after), param_int(db, limit) };
	PGresult *res = db_query(db, &permission_list, params, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*targets = arena_array(db->arena, *count, sizeof(**targets));
	for (size_t i = 0; i < *count; i++)
		(*targets)[i] = summary_read(res, (int)i);
	return true;
}

bool
db_permission_require(struct db *db, const char *name, struct permission_summary *target,
    struct permission_right **rights, size_t *count, struct error *err)
{
	const struct param params[] = { param_text(name) };
	PGresult *res = db_query(db, &permission_find, params, err);

	if (res == NULL)
		return false;
	if (PQntuples(res) == 0)
		return error_set(err, ERROR_NOT_FOUND, "no such permission target: %s", name);
	*target = summary_read(res, 0);
	if ((res = db_query(db, &permission_rights, params, err)) == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*rights = arena_array(db->arena, *count, sizeof(**rights));
	for (size_t i = 0; i < *count; i++)
		(*rights)[i] = (struct permission_right){
			.kind = (int)row_int(res, (int)i, 0),
			.principal = row_text(res, (int)i, 1),
			.actions = (int)row_int(res, (int)i, 2),
		};
	return true;
}
