#include "db/account.h"

#include "db/parts.h"
#include "db/sql.h"

static struct account
account_read(struct account_find_row row)
{
	return (struct account){
		.id = row.id,
		.epoch = row.epoch,
		.name = row.name,
		.password = row.password,
		.is_admin = row.is_admin,
		.disabled = row.disabled,
		.locked = row.locked,
		.created_at = row.created_at,
	};
}

/* Read the account of the first row; *out is NULL without a row. */
static bool
first_row(struct db *db, const PGresult *res, struct account **out)
{
	*out = NULL;
	if (res == NULL || PQntuples(res) == 0)
		return res != NULL;
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = account_read(account_find_row(res, 0));
	return true;
}

bool
db_account_find(struct db *db, const char *name, struct account **out, struct error *err)
{
	return first_row(
	    db, account_find_query(db, (struct account_find_args){ .name = name }, err), out);
}

bool
db_account_sign_in(
    struct db *db, const char *name, const char *address, struct account **out, struct error *err)
{
	return first_row(db,
	    account_sign_in_query(db,
		(struct account_sign_in_args){ .name = name, .address = parts_address(address) },
		err),
	    out);
}

bool
db_account_list(struct db *db, const char *after, int limit, struct account **out, size_t *count,
    struct error *err)
{
	PGresult *res = account_list_query(
	    db, (struct account_list_args){ .after = after, .limit = limit }, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = account_read(account_list_row(res, (int)i));
	return true;
}

bool
db_account_add(struct db *db, const char *name, const char *password, bool is_admin,
    const struct actor *actor, struct error *err)
{
	return account_add_query(db,
	    (struct account_add_args){
		.name = name, .password = password, .is_admin = is_admin, ACTOR_ARGS(actor) },
	    err);
}

bool
db_account_password(struct db *db, const char *name, const char *password,
    const struct actor *actor, struct error *err)
{
	PGresult *res = account_password_query(db,
	    (struct account_password_args){ .name = name, .password = password, ACTOR_ARGS(actor) },
	    err);

	if (res == NULL)
		return false;
	return account_password_row(res, 0).found ||
	       error_set(err, ERROR_NOT_FOUND, "no such user: %s", name);
}

bool
db_account_failed(struct db *db, int account, const char *name, const struct config *limits,
    const struct actor *actor, struct error *err)
{
	return account_failed_query(db,
	    (struct account_failed_args){ .account = account,
		.name = name,
		.lock_failures = (int)limits->auth_lock_failures,
		.lock_seconds = (int)limits->auth_lock_seconds,
		.hour_failures = (int)limits->auth_hour_failures,
		ACTOR_ARGS(actor) },
	    err);
}

bool
db_account_succeeded(struct db *db, int account, const char *address, struct error *err)
{
	return account_succeeded_query(db,
	    (struct account_succeeded_args){
		.account = account, .address = parts_address(address) },
	    err);
}

bool
db_group_add(
    struct db *db, const char *name, const struct actor *actor, bool *created, struct error *err)
{
	PGresult *res = group_add_query(
	    db, (struct group_add_args){ .name = name, ACTOR_ARGS(actor) }, err);

	*created = res != NULL && group_add_row(res, 0).created;
	return res != NULL;
}

bool
db_principal_find(struct db *db, const struct principal *principal, bool *valid, bool *is_admin,
    struct error *err)
{
	PGresult *res = principal_find_query(
	    db, (struct principal_find_args){ PRINCIPAL_ARGS(principal) }, err);

	if (res == NULL)
		return false;
	*valid = principal_find_row(res, 0).valid;
	*is_admin = *valid && principal_find_row(res, 0).is_admin;
	return true;
}

bool
db_account_enable(
    struct db *db, const char *name, bool enabled, const struct actor *actor, struct error *err)
{
	PGresult *res = account_enable_query(db,
	    (struct account_enable_args){ .name = name, .enabled = enabled, ACTOR_ARGS(actor) },
	    err);

	return res != NULL && parts_is_done(account_enable_row(res, 0).reason, err);
}

bool
db_account_unlock(struct db *db, const char *name, const struct actor *actor, struct error *err)
{
	PGresult *res = account_unlock_query(
	    db, (struct account_unlock_args){ .name = name, ACTOR_ARGS(actor) }, err);

	return res != NULL && parts_is_done(account_unlock_row(res, 0).reason, err);
}

bool
db_principal_remove(struct db *db, const char *name, enum principal_kind kind,
    const struct actor *actor, struct error *err)
{
	PGresult *res = principal_remove_query(db,
	    (struct principal_remove_args){ .name = name, .kind = (int)kind, ACTOR_ARGS(actor) },
	    err);

	return res != NULL && parts_is_done(principal_remove_row(res, 0).reason, err);
}

bool
db_group_member(struct db *db, const char *group, const char *user, bool member,
    const struct actor *actor, struct error *err)
{
	PGresult *res = group_member_query(db,
	    (struct group_member_args){
		.group = group, .user = user, .member = member, ACTOR_ARGS(actor) },
	    err);

	return res != NULL && parts_is_done(group_member_row(res, 0).reason, err);
}

bool
db_group_list(struct db *db, const char *after, int limit, struct account_group **groups,
    size_t *count, struct error *err)
{
	PGresult *res = group_list_query(
	    db, (struct group_list_args){ .after = after, .limit = limit }, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*groups = arena_array(db->arena, *count, sizeof(**groups));
	for (size_t i = 0; i < *count; i++) {
		struct group_list_row row = group_list_row(res, (int)i);

		(*groups)[i] = (struct account_group){ .name = row.name, .members = row.members };
	}
	return true;
}
