#include "registry/registry.h"

#include <string.h>

#include "base/arena.h"
#include "db/account.h"
#include "db/query.h"
#include "db/repository.h"

/* Not known, or not to be told so. */
static bool
check_key(struct registry *registry, const struct standing *standing, struct error *err)
{
	bool valid, is_admin = false;

	registry->key_known = standing->repository_known;
	if (standing->repository_known)
		return true;
	if (registry->key_from_url && registry->viewer.account != 0 &&
	    !db_viewer_find(registry->db, &registry->viewer, &valid, &is_admin, err))
		return false;
	if (registry->key_from_url && !is_admin)
		return true;
	registry->key_unknown = true;
	return error_set(err, ERROR_NAME_UNKNOWN, "no repository %s", registry->key);
}

bool
registry_admit(struct registry *registry, const struct standing *standing, enum error_code refusal,
    struct error *err)
{
	if (!check_key(registry, standing, err))
		return false;
	if (!standing->viewer_valid) {
		registry->viewer_stale = true;
		return error_set(err, ERROR_UNAUTHORIZED, NULL);
	}
	if (standing->blacked_out && (registry->viewer.account != 0 || !registry->key_from_url)) {
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

	if (!db_namespace_find(
		registry->db, registry->key, &registry->viewer, ns, name, tag, &key, err))
		return false;
	if (key == NULL)
		return error_set(err, ERROR_NAME_UNKNOWN, "nothing here stands for that registry");
	registry->key = key;
	return true;
}

bool
registry_is_pushing(struct registry *registry, const char *name, bool *pushing, struct error *err)
{
	struct standing standing = { 0 };
	int actions = 0;

	if (registry->intent == INTENT_OPEN) {
		if (!db_rights_find(registry->db, registry->key, name, &registry->viewer, &standing,
			&actions, err))
			return false;
		registry->intent = actions & ACTION_WRITE ? INTENT_PUSH : INTENT_PULL;
	}
	*pushing = registry->intent == INTENT_PUSH;
	return true;
}

void
registry_unavailable(
    struct registry *registry, const char *key, const char *reason, const char *cause)
{
	struct arena *arena = registry->db->arena;
	struct unavailable **p = &registry->unavailable;

	while (*p != NULL && strcmp((*p)->key, key) != 0)
		p = &(*p)->next;
	if (*p != NULL)
		return;
	*p = arena_alloc(arena, sizeof(**p));
	**p = (struct unavailable){
		.key = arena_strdup(arena, key),
		.reason = arena_strdup(arena, reason),
		.cause = arena_strdup(arena, cause),
	};
}

const char *
registry_unavailable_text(const struct registry *registry)
{
	const char *text = "";

	for (const struct unavailable *p = registry->unavailable; p != NULL; p = p->next)
		text = arena_printf(registry->db->arena, "%s%s%s: %s", text,
		    *text != '\0' ? ", " : "", p->key, p->reason);
	return text;
}

const char *
registry_unavailable_causes(const struct registry *registry)
{
	const char *text = "";

	for (const struct unavailable *p = registry->unavailable; p != NULL; p = p->next)
		text = arena_printf(
		    registry->db->arena, "%s%s%s", text, *text != '\0' ? ", " : "", p->cause);
	return text;
}

bool
registry_unknown(const struct registry *registry, enum error_code code, struct error *err)
{
	struct error plain = { 0 };

	error_set(&plain, code, NULL);
	*err = plain;
	if (registry->unavailable == NULL)
		return false;
	error_set(err, code, "%s (%s)", plain.message, registry_unavailable_text(registry));
	return error_cause(err, "%s", registry_unavailable_causes(registry));
}
