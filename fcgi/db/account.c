#include "db/account.h"

#include "db/parts.h"

#define COLUMNS \
	"a.id, a.epoch, p.name, a.password, a.is_admin, a.disabled, coalesce(a.locked_until > now(), false), p.created_at"

static const struct statement account_find = {
	.name = "account_find",
	.nparams = 1,
	.sql = "SELECT " COLUMNS
	       " FROM principal p JOIN account a ON a.id = p.id WHERE p.name = lower($1)",
	.again = true,
};

static const struct statement account_list = {
	.name = "account_list",
	.nparams = 2,
	.sql =
	    "SELECT " COLUMNS
	    " FROM principal p JOIN account a ON a.id = p.id WHERE p.name > $1 ORDER BY p.name LIMIT $2::bigint",
	.again = true,
};

static const struct statement account_add = {
	.name = "account_add",
	.nparams = 3 + ACTOR_PARAMS,
	.sql = "SELECT account_add($1, $2, $3, $4, $5, $6, $7)",
};

static const struct statement account_password = {
	.name = "account_password",
	.nparams = 2 + ACTOR_PARAMS,
	.sql = "SELECT account_password($1, $2, $3, $4, $5, $6)",
};

static const struct statement account_failed = {
	.name = "account_failed",
	.nparams = 4 + ACTOR_PARAMS,
	.sql = "SELECT account_failed($1, $2, $3, $4, $5, $6, $7, $8)",
};

static const struct statement account_succeeded = {
	.name = "account_succeeded",
	.nparams = 1,
	.sql =
	    "UPDATE account SET failures = 0, locked_until = NULL WHERE id = $1 AND (failures <> 0 OR locked_until IS NOT NULL)",
	.again = true,
};

static const struct statement viewer_find = {
	.name = "viewer_find",
	.nparams = 2,
	.sql =
	    "SELECT viewer_valid($1, $2), coalesce((SELECT is_admin FROM account WHERE id = $1), false)",
	.again = true,
};

static const struct statement group_add = {
	.name = "group_add",
	.nparams = 1 + ACTOR_PARAMS,
	.sql = "SELECT group_add($1, $2, $3, $4, $5)",
};

const struct statement *const account_statements[] = { &account_find, &account_list, &account_add,
	&account_password, &account_failed, &account_succeeded, &viewer_find, &group_add, NULL };

static struct account
account_read(const PGresult *res, int row)
{
	return (struct account){
		.id = (int)row_int(res, row, 0),
		.epoch = (int)row_int(res, row, 1),
		.name = row_text(res, row, 2),
		.password = row_text(res, row, 3),
		.is_admin = row_bool(res, row, 4),
		.disabled = row_bool(res, row, 5),
		.locked = row_bool(res, row, 6),
		.created_at = row_time(res, row, 7),
	};
}

bool
db_account_find(struct db *db, const char *name, struct account **out, struct error *err)
{
	const struct param params[] = { param_text(name) };
	PGresult *res = db_query(db, &account_find, params, err);

	*out = NULL;
	if (res == NULL || PQntuples(res) == 0)
		return res != NULL;
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = account_read(res, 0);
	return true;
}

bool
db_account_list(struct db *db, const char *after, int limit, struct account **out, size_t *count,
    struct error *err)
{
	const struct param params[] = { param_text(after), param_int(db, limit) };
	PGresult *res = db_query(db, &account_list, params, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = account_read(res, (int)i);
	return true;
}

bool
db_account_add(struct db *db, const char *name, const char *password, bool is_admin,
    const struct actor *actor, struct error *err)
{
	struct param params[3 + ACTOR_PARAMS] = { param_text(name), param_text(password),
		param_bool(is_admin) };

	actor_params(db, actor, params + 3);
	return db_query(db, &account_add, params, err) != NULL;
}

bool
db_account_password(struct db *db, const char *name, const char *password,
    const struct actor *actor, struct error *err)
{
	struct param params[2 + ACTOR_PARAMS] = { param_text(name), param_text(password) };
	PGresult *res;

	actor_params(db, actor, params + 2);
	if ((res = db_query(db, &account_password, params, err)) == NULL)
		return false;
	return row_bool(res, 0, 0) || error_set(err, ERROR_NOT_FOUND, "no user %s", name);
}

bool
db_account_failed(struct db *db, int account, const char *name, int lock_failures, int lock_seconds,
    const struct actor *actor, struct error *err)
{
	struct param params[4 + ACTOR_PARAMS] = { param_int(db, account), param_text(name),
		param_int(db, lock_failures), param_int(db, lock_seconds) };

	actor_params(db, actor, params + 4);
	return db_query(db, &account_failed, params, err) != NULL;
}

bool
db_account_succeeded(struct db *db, int account, struct error *err)
{
	const struct param params[] = { param_int(db, account) };

	return db_query(db, &account_succeeded, params, err) != NULL;
}

bool
db_group_add(
    struct db *db, const char *name, const struct actor *actor, bool *created, struct error *err)
{
	struct param params[1 + ACTOR_PARAMS] = { param_text(name) };
	PGresult *res;

	actor_params(db, actor, params + 1);
	res = db_query(db, &group_add, params, err);
	*created = res != NULL && row_bool(res, 0, 0);
	return res != NULL;
}

bool
db_viewer_find(
    struct db *db, const struct viewer *viewer, bool *valid, bool *is_admin, struct error *err)
{
	const struct param params[] = { param_int(db, viewer->account),
		param_int(db, viewer->epoch) };
	PGresult *res = db_query(db, &viewer_find, params, err);

	if (res == NULL)
		return false;
	*valid = row_bool(res, 0, 0);
	*is_admin = *valid && row_bool(res, 0, 1);
	return true;
}
