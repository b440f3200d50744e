#include "registry/registry.h"

#include "db/account.h"
#include "db/query.h"
#include "db/repository.h"

/* Fail if the key is unknown and the client may learn that. Otherwise an unknown key is left to the
 * checks of the caller, like a repository where nothing is allowed. */
static bool
check_key(struct request_scope *scope, const struct access_decision *decision, struct error *err)
{
	bool valid, is_admin = false;

	scope->key_known = decision->repository_known;
	if (decision->repository_known)
		return true;
	if (scope->key_from_url && scope->principal.account != 0 &&
	    !db_principal_find(scope->registry->db, &scope->principal, &valid, &is_admin, err))
		return false;
	if (scope->key_from_url && !is_admin)
		return true;
	return error_set(err, ERROR_KEY_UNKNOWN, "no such repository: %s", scope->key);
}

bool
registry_admit(struct request_scope *scope, const struct access_decision *decision,
    enum error_code refusal, struct error *err)
{
	if (!check_key(scope, decision, err))
		return false;
	if (!decision->principal_valid)
		return error_set(err, ERROR_PRINCIPAL_STALE, NULL);
	if (decision->blacked_out && (scope->principal.account != 0 || !scope->key_from_url))
		return error_set(
		    err, ERROR_BLACKED_OUT, "repository %s is blacked out", scope->key);
	if (decision->allowed)
		return true;
	if (scope->principal.account == 0)
		return error_set(err, ERROR_UNAUTHORIZED, NULL);
	return error_set(err, refusal, NULL);
}

bool
registry_admit_principal(struct request_scope *scope, bool wants_read, struct error *err)
{
	struct access_decision decision = { 0 };

	if (!db_access_decision_find(
		scope->registry->db, scope->key, scope->version, &scope->principal, &decision, err))
		return false;
	decision.blacked_out = decision.blacked_out && wants_read;
	decision.allowed = decision.allowed || !wants_read;
	return registry_admit(scope, &decision, ERROR_DENIED, err);
}

bool
registry_choose_namespace(struct request_scope *scope, const char *ns, const char *name,
    const char *tag, struct error *err)
{
	const char *key;

	if (!db_namespace_find(
		scope->registry->db, scope->key, &scope->principal, ns, name, tag, &key, err))
		return false;
	if (key == NULL)
		return error_set(
		    err, ERROR_NAME_UNKNOWN, "no remote repository proxies that registry");
	scope->key = key;
	return true;
}

bool
registry_is_pushing(struct request_scope *scope, const char *name, bool *pushing, struct error *err)
{
	struct access_decision decision = { 0 };
	int actions = 0;

	if (scope->intent == INTENT_OPEN) {
		if (!db_rights_find(scope->registry->db, scope->key, name, &scope->principal,
			&decision, &actions, err))
			return false;
		scope->intent = actions & ACTION_WRITE ? INTENT_PUSH : INTENT_PULL;
	}
	*pushing = scope->intent == INTENT_PUSH;
	return true;
}
