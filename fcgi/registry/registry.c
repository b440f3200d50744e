#include "registry/registry.h"

#include "db/account.h"
#include "db/query.h"
#include "db/repository.h"

/* Fail if the key is unknown and the client may learn that. Otherwise an unknown key is left to the
 * checks of the caller, like a repository where nothing is allowed. */
static bool
check_key(struct registry *registry, const struct access_decision *decision, struct error *err)
{
	bool valid, is_admin = false;

	registry->key_known = decision->repository_known;
	if (decision->repository_known)
		return true;
	if (registry->key_from_url && registry->principal.account != 0 &&
	    !db_principal_find(registry->db, &registry->principal, &valid, &is_admin, err))
		return false;
	if (registry->key_from_url && !is_admin)
		return true;
	return error_set(err, ERROR_KEY_UNKNOWN, "no such repository: %s", registry->key);
}

bool
registry_admit(struct registry *registry, const struct access_decision *decision,
    enum error_code refusal, struct error *err)
{
	if (!check_key(registry, decision, err))
		return false;
	if (!decision->principal_valid)
		return error_set(err, ERROR_PRINCIPAL_STALE, NULL);
	if (decision->blacked_out && (registry->principal.account != 0 || !registry->key_from_url))
		return error_set(
		    err, ERROR_BLACKED_OUT, "repository %s is blacked out", registry->key);
	if (decision->allowed)
		return true;
	if (registry->principal.account == 0)
		return error_set(err, ERROR_UNAUTHORIZED, NULL);
	return error_set(err, refusal, NULL);
}

bool
registry_admit_principal(struct registry *registry, bool wants_read, struct error *err)
{
	struct access_decision decision = { 0 };

	if (!db_access_decision_find(registry->db, registry->key, registry->version,
		&registry->principal, &decision, err))
		return false;
	decision.blacked_out = decision.blacked_out && wants_read;
	decision.allowed = decision.allowed || !wants_read;
	return registry_admit(registry, &decision, ERROR_DENIED, err);
}

bool
registry_choose_namespace(
    struct registry *registry, const char *ns, const char *name, const char *tag, struct error *err)
{
	const char *key;

	if (!db_namespace_find(
		registry->db, registry->key, &registry->principal, ns, name, tag, &key, err))
		return false;
	if (key == NULL)
		return error_set(
		    err, ERROR_NAME_UNKNOWN, "no remote repository proxies that registry");
	registry->key = key;
	return true;
}

bool
registry_is_pushing(struct registry *registry, const char *name, bool *pushing, struct error *err)
{
	struct access_decision decision = { 0 };
	int actions = 0;

	if (registry->intent == INTENT_OPEN) {
		if (!db_rights_find(registry->db, registry->key, name, &registry->principal,
			&decision, &actions, err))
			return false;
		registry->intent = actions & ACTION_WRITE ? INTENT_PUSH : INTENT_PULL;
	}
	*pushing = registry->intent == INTENT_PUSH;
	return true;
}
