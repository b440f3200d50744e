#include "db/account.h"

#include "db/parts.h"

#define COLUMNS_OF(locked) \
	"a.id, a.epoch, p.name, a.password, a.is_admin, a.disabled, " locked ", p.created_at"

#define LOCKED_SOMEWHERE                          \
	"coalesce(a.locked_until > now(), false)" \
	" OR EXISTS (SELECT FROM sign_in s WHERE s.account = a.id AND s.locked_until > now())"

/* A locked account holds back the networks without an earlier good sign-in. */
#define LOCKED_THERE                              \
	"coalesce(s.locked_until > now(), false)" \
	" OR (coalesce(a.locked_until > now(), false) AND s.succeeded_at IS NULL)"

static const struct statement account_find = {
	.name = "account_find",
	.nparams = 1,
	.sql = "SELECT " COLUMNS_OF(
	    LOCKED_SOMEWHERE) " FROM principal p JOIN account a ON a.id = p.id WHERE p.name = lower($1)",
	.idempotent = true,
};

/* $2 address */
static const struct statement account_sign_in = {
	.name = "account_sign_in",
	.nparams = 2,
	.sql = "SELECT " COLUMNS_OF(
	    LOCKED_THERE) " FROM principal p JOIN account a ON a.id = p.id"
			  " LEFT JOIN sign_in s ON s.account = a.id AND s.network = sign_in_network($2)"
			  " WHERE p.name = lower($1)",
	.idempotent = true,
};

static const struct statement account_list = {
	.name = "account_list",
	.nparams = 2,
	.sql = "SELECT " COLUMNS_OF(
	    LOCKED_SOMEWHERE) " FROM principal p JOIN account a ON a.id = p.id WHERE p.name > $1 ORDER BY p.name LIMIT $2::bigint",
	.idempotent = true,
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
	.nparams = 5 + ACTOR_PARAMS,
	.sql = "SELECT account_failed($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};

static const struct statement account_succeeded = {
	.name = "account_succeeded",
	.nparams = 2,
	.sql = "SELECT account_succeeded($1, $2)",
	.idempotent = true,
};

static const struct statement principal_find = {
	.name = "viewer_find",
	.nparams = 2,
	.sql =
	    "SELECT viewer_valid($1, $2), coalesce((SELECT is_admin FROM account WHERE id = $1), false)",
	.idempotent = true,
};

static const struct statement group_add = {
	.name = "group_add",
	.nparams = 1 + ACTOR_PARAMS,
	.sql = "SELECT group_add($1, $2, $3, $4, $5)",
};

static const struct statement account_enable = {
	.name = "account_enable",
	.nparams = 2 + ACTOR_PARAMS,
	.sql = "SELECT account_enable($1, $2, $3, $4, $5, $6)",
};

static const struct statement account_unlock = {
	.name = "account_unlock",
	.nparams = 1 + ACTOR_PARAMS,
	.sql = "SELECT account_unlock($1, $2, $3, $4, $5)",
};

static const struct statement principal_remove = {
	.name = "principal_remove",
	.nparams = 2 + ACTOR_PARAMS,
	.sql = "SELECT principal_remove($1, $2, $3, $4, $5, $6)",
};

static const struct statement group_member = {
	.name = "group_member",
	.nparams = 3 + ACTOR_PARAMS,
	.sql = "SELECT group_member($1, $2, $3, $4, $5, $6, $7)",
};

static const struct statement group_list = {
	.name = "group_list",
	.nparams = 2,
	.sql =
	    "SELECT g.name, coalesce((SELECT string_agg(u.name, ',' ORDER BY u.name)"
	    " FROM membership m JOIN principal u ON u.id = m.user_id WHERE m.group_id = g.id), '')"
	    " FROM principal g WHERE g.kind = 2 AND g.name > $1 ORDER BY g.name LIMIT $2::bigint",
	.idempotent = true,
};

const struct statement *const account_statements[] = { &account_find, &account_sign_in,
	&account_list, &account_add, &account_password, &account_failed, &account_succeeded,
	&principal_find, &group_add, &account_enable, &account_unlock, &principal_remove,
	&group_member, &group_list, NULL };

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

static bool
find(struct db *db, const struct statement *statement, const struct param *params,
    struct account **out, struct error *err)
{
	PGresult *res = db_query(db, statement, params, err);

	*out = NULL;
	if (res == NULL || PQntuples(res) == 0)
		return res != NULL;
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = account_read(res, 0);
	return true;
}

bool
db_account_find(struct db *db, const char *name, struct account **out, struct error *err)
{
	const struct param params[] = { param_text(name) };

	return find(db, &account_find, params, out, err);
}

bool
db_account_sign_in(
    struct db *db, const char *name, const char *address, struct account **out, struct error *err)
{
	const struct param params[] = { param_text(name), param_address(address) };

	return find(db, &account_sign_in, params, out, err);
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
db_account_failed(struct db *db, int account, const char *name, const struct config *limits,
    const struct actor *actor, struct error *err)
{
	struct param params[5 + ACTOR_PARAMS] = { param_int(db, account), param_text(name),
		param_int(db, limits->auth_lock_failures), param_int(db, limits->auth_lock_seconds),
		param_int(db, limits->auth_hour_failures) };

	actor_params(db, actor, params + 5);
	return db_query(db, &account_failed, params, err) != NULL;
}

bool
db_account_succeeded(struct db *db, int account, const char *address, struct error *err)
{
	const struct param params[] = { param_int(db, account), param_address(address) };

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
db_principal_find(struct db *db, const struct principal *principal, bool *valid, bool *is_admin,
    struct error *err)
{
	const struct param params[] = { param_int(db, principal->account),
		param_int(db, principal->epoch) };
	PGresult *res = db_query(db, &principal_find, params, err);

	if (res == NULL)
		return false;
	*valid = row_bool(res, 0, 0);
	*is_admin = *valid && row_bool(res, 0, 1);
	return true;
}

/* A function that answers why it cannot, or NULL. */
static bool
order(
    struct db *db, const struct statement *statement, const struct param *params, struct error *err)
{
	PGresult *res = db_query(db, statement, params, err);

	if (res == NULL)
		return false;
	return row_null(res, 0, 0) || error_set(err, ERROR_NOT_FOUND, "%s", row_text(res, 0, 0));
}

bool
db_account_enable(
    struct db *db, const char *name, bool enabled, const struct actor *actor, struct error *err)
{
	struct param params[2 + ACTOR_PARAMS] = { param_text(name), param_bool(enabled) };

	actor_params(db, actor, params + 2);
	return order(db, &account_enable, params, err);
}

bool
db_account_unlock(struct db *db, const char *name, const struct actor *actor, struct error *err)
{
	struct param params[1 + ACTOR_PARAMS] = { param_text(name) };

	actor_params(db, actor, params + 1);
	return order(db, &account_unlock, params, err);
}

bool
db_principal_remove(struct db *db, const char *name, enum principal_kind kind,
    const struct actor *actor, struct error *err)
{
	struct param params[2 + ACTOR_PARAMS] = { param_text(name), param_int(db, kind) };

	actor_params(db, actor, params + 2);
	return order(db, &principal_remove, params, err);
}

bool
db_group_member(struct db *db, const char *group, const char *user, bool member,
    const struct actor *actor, struct error *err)
{
	struct param params[3 + ACTOR_PARAMS] = { param_text(group), param_text(user),
		param_bool(member) };

	actor_params(db, actor, params + 3);
	return order(db, &group_member, params, err);
}

bool
db_group_list(struct db *db, const char *after, int limit, struct account_group **groups,
    size_t *count, struct error *err)
{
	const struct param params[] = { param_text(after), param_int(db, limit) };
	PGresult *res = db_query(db, &group_list, params, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*groups = arena_array(db->arena, *count, sizeof(**groups));
	for (size_t i = 0; i < *count; i++)
		(*groups)[i] = (struct account_group){ .name = row_text(res, (int)i, 0),
			.members = row_text(res, (int)i, 1) };
	return true;
}
