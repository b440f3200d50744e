#include "auth/password_change.h"

#include <string.h>
#include <strings.h>

#include "auth/password.h"
#include "db/account.h"

static bool
check_fresh(const struct password_change *change, struct error *err)
{
	if (strcmp(change->fresh, change->repeated) != 0)
		return error_set(err, ERROR_BAD_REQUEST, "newPassword2: must equal newPassword1");
	return *change->fresh != '\0' ||
	       error_set(err, ERROR_BAD_REQUEST, "newPassword1: must not be empty");
}

/* Find the account, and require that the old password is right, if it is the actor's own. */
static bool
admit(struct db *db, const struct config *config, const struct principal *principal,
    const struct actor *actor, const struct password_change *change, struct error *err)
{
	struct account *account;
	bool own = strcasecmp(change->name, actor->name) == 0, good = !own;

	if (!own && !principal->is_admin)
		return error_set(err, ERROR_DENIED, "administrator required");
	if (!db_account_find(db, change->name, &account, err))
		return false;
	if (account == NULL)
		return error_set(err, ERROR_NOT_FOUND, "no such user: %s", change->name);
	if (own && !password_check(change->old, account->password, &good, err))
		return false;
	if (good)
		return true;
	if (!db_account_failed(db, account->id, account->name, config, actor, err))
		return false;
	return error_set(err, ERROR_BAD_REQUEST, "oldPassword: wrong password");
}

bool
password_change(struct db *db, const struct config *config, const struct principal *principal,
    const struct actor *actor, const struct password_change *change, struct error *err)
{
	const char *hash;

	return check_fresh(change, err) && admit(db, config, principal, actor, change, err) &&
	       password_rules_check(change->name, change->fresh, err) &&
	       (hash = password_hash(db->arena, change->fresh, err)) != NULL &&
	       db_account_password(db, change->name, hash, actor, err);
}
