#include "registry/registry.h"

#include "db/repository.h"

bool
registry_admit(struct registry *registry, const struct standing *standing, enum error_code refusal,
    struct error *err)
{
	if (!standing->repository_known) {
		registry->key_unknown = true;
		return error_set(err, ERROR_NAME_UNKNOWN, "no repository %s", registry->key);
	}
	registry->key_known = true;
	if (!standing->viewer_valid) {
		registry->viewer_stale = true;
		return error_set(err, ERROR_UNAUTHORIZED, NULL);
	}
	if (standing->blacked_out) {
		registry->blacked_out = true;
		return error_set(err, ERROR_DENIED, "repository %s is blacked out", registry->key);
	}
	if (standing->allowed)
		return true;
	if (registry->viewer.account == 0)
		return error_set(err, ERROR_UNAUTHORIZED, NULL);
	return error_set(err, refusal, NULL);
}

bool
registry_admit_viewer(struct registry *registry, bool wants_read, struct error *err)
{
	struct standing standing = { 0 };

	if (!db_standing_find(
		registry->db, registry->key, registry->version, &registry->viewer, &standing, err))
		return false;
	standing.blacked_out = standing.blacked_out && wants_read;
	standing.allowed = standing.allowed || !wants_read;
	return registry_admit(registry, &standing, ERROR_DENIED, err);
}

bool
registry_choose_namespace(
    struct registry *registry, const char *ns, const char *name, const char *tag, struct error *err)
{
	const char *key;

	if (!db_namespace_find(registry->db, registry->key, ns, name, tag, &key, err))
		return false;
	if (key == NULL)
		return error_set(err, ERROR_NAME_UNKNOWN, "nothing here stands for that registry");
	registry->key = key;
	return true;
}
