#include "registry/administrator.h"

#include "db/account.h"

bool
registry_admit_account(struct request_scope *scope, struct error *err)
{
	struct principal *principal = &scope->principal;
	bool valid;

	if (!db_principal_find(scope->registry->db, principal, &valid, &principal->is_admin, err))
		return false;
	return valid || error_set(err, ERROR_PRINCIPAL_STALE, NULL);
}

bool
registry_admit_administrator(const struct request_scope *scope, struct error *err)
{
	if (scope->principal.is_admin)
		return true;
	if (scope->principal.account == 0)
		return error_set(err, ERROR_UNAUTHORIZED, NULL);
	return error_set(err, ERROR_DENIED, "administrator required");
}
