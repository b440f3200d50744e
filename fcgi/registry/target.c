#include "registry/target.h"

#include <string.h>

#include "db/manifest.h"

bool
registry_target_require(struct request_scope *scope, const char *name, int action,
    struct target *target, struct error *err)
{
	struct access_decision decision = { 0 };

	if (!db_target_find(scope->registry->db, scope->key, name, &scope->principal, action,
		&decision, target, err))
		return false;
	if (decision.repository_known && decision.principal_valid && target->repository == 0 &&
	    scope->principal.account != 0)
		return registry_admit_principal(scope, true, err) &&
		       error_set(err, ERROR_UNSUPPORTED,
			   "cannot push to %s: push to a local repository, or give it a default deployment repository",
			   scope->key);
	if (registry_admit(scope, &decision, ERROR_DENIED, err))
		return action != ACTION_WRITE || store_require(scope->registry->store, err);
	if (err->code == ERROR_BLACKED_OUT && target->repository != 0 &&
	    strcmp(target->key, scope->key) != 0)
		error_set(err, ERROR_BLACKED_OUT,
		    "cannot push to %s: it or its default deployment repository %s is blacked out",
		    scope->key, target->key);
	return false;
}
