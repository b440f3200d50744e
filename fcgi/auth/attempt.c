#include "auth/attempt.h"

bool
attempt_refuse(const struct attempt *attempt, int account, const char *name, const char *cause,
    struct error *err)
{
	if (!db_account_failed(
		attempt->db, account, name, attempt->authenticator->config, &attempt->actor, err))
		return false;
	error_set(err, ERROR_UNAUTHORIZED, "wrong user name, password or token");
	return error_cause(err, "%s", cause);
}
