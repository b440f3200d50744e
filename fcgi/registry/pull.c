#include "registry/pull.h"

#include "db/repository.h"
#include "oci/v1_image.h"
#include "registry/remote_manifest.h"
#include "registry/remote_tags.h"

/* Size of a page. Lists of names need no such limit: at most 1,000 names of at most 255 bytes. */
#define REFERRERS_MAX_BYTES (4 * 1024 * 1024)

#define ATTEMPTS_MAX 3 /* lookups: what was cached a moment ago may be deleted again */

bool
registry_manifest_require(struct request_scope *scope, const char *name,
    const struct reference *reference, bool payload, struct manifest_row **row,
    struct answer *answer, struct error *err)
{
	struct access_decision decision = { 0 };
	enum remote_end end = REMOTE_FOUND;
	bool ask;

	for (int attempt = 0; end == REMOTE_FOUND && attempt < ATTEMPTS_MAX; attempt++) {
		if (!db_manifest_find(scope->registry->db, scope->key, name, reference,
			&scope->principal, payload, &decision, row, &ask, err) ||
		    !registry_admit(scope, &decision, ERROR_MANIFEST_UNKNOWN, err))
			return false;
		/* An upstream whose answers are never fresh is asked only once. */
		if (!ask || scope->registry->upstream == NULL || (attempt > 0 && *row != NULL))
			break;
		if (!remote_manifest(scope, name, reference, row, answer, &end, err))
			return false;
	}
	if (*row == NULL)
		return answer_unknown(
		    answer, scope->registry->db->arena, ERROR_MANIFEST_UNKNOWN, err);
	answer->served_by = (*row)->repository;
	return true;
}

/* May an upstream be asked, or do only stored bytes count? */
static bool
may_ask_upstream(
    struct request_scope *scope, const char *name, bool head, bool *may, struct error *err)
{
	bool pushing = false;

	if (scope->registry->upstream != NULL && head &&
	    !registry_is_pushing(scope, name, &pushing, err))
		return false;
	*may = scope->registry->upstream != NULL && !pushing;
	return true;
}

/*
 * The empty layer of schema 1 manifests: it exists under every name, and no upstream is asked for
 * it. If the store has no file for it, the push of a manifest that names it creates one (push.c).
 */
static bool
find_empty_layer(const struct digest *digest, struct blob_found *found)
{
	struct digest empty;

	v1_image_empty_layer_digest(&empty);
	if (!digest_equal(digest, &empty))
		return false;
	found->bytes = v1_image_empty_layer.data;
	found->size = (int64_t)v1_image_empty_layer.length;
	return true;
}

/* Look for stored bytes. *ask: an upstream may have the blob, and may be asked. */
static bool
find_blob(struct request_scope *scope, const char *name, const struct digest *digest, bool head,
    struct blob_found *found, bool *ask, struct error *err)
{
	bool push = head && scope->intent == INTENT_PUSH;
	struct access_decision decision = { 0 };

	if (!db_blob_find(scope->registry->db, scope->key, name, digest, &scope->principal, push,
		&decision, &found->row, ask, err) ||
	    !registry_admit(scope, &decision, ERROR_BLOB_UNKNOWN, err) ||
	    !store_require(scope->registry->store, err))
		return false;
	if (found->row == NULL && find_empty_layer(digest, found))
		*ask = false;
	return !*ask || may_ask_upstream(scope, name, head, ask, err);
}

bool
registry_blob_require(struct request_scope *scope, const char *name, const struct digest *digest,
    bool head, struct blob_found *found, struct answer *answer, struct error *err)
{
	enum remote_end end = REMOTE_FOUND;
	bool ask;

	*found = (struct blob_found){ .size = -1 };
	for (int attempt = 0; end == REMOTE_FOUND && attempt < ATTEMPTS_MAX; attempt++) {
		if (!find_blob(scope, name, digest, head, found, &ask, err))
			return false;
		if (!ask)
			break;
		if (!remote_blob(scope, name, digest, head, found, answer, &end, err))
			return false;
		if (end == REMOTE_FOUND && (head || found->reader != NULL))
			return true;
	}
	if (found->bytes != NULL) /* the empty layer, which is in no repository */
		return true;
	if (found->row == NULL)
		return answer_unknown(answer, scope->registry->db->arena, ERROR_BLOB_UNKNOWN, err);
	found->size = found->row->size;
	answer->served_by = found->row->repository;
	return true;
}

const char *
registry_blob_path(const struct registry *registry, const struct blob_row *row)
{
	return store_blob_path(registry->store, registry->db->arena, &row->digest, row->file);
}

/* The query asked for limit + 1 items, to tell whether the list continues. */
static void
list_cut(struct list *list, int limit)
{
	list->more = list->count > (size_t)limit;
	if (list->more)
		list->count = (size_t)limit;
	list->last = list->count > 0 ? list->items[list->count - 1] : NULL;
}

bool
registry_tags_list(struct request_scope *scope, const char *name, const char *last, int limit,
    struct list *list, struct answer *answer, struct error *err)
{
	struct access_decision decision = { 0 };
	enum remote_end end = REMOTE_FOUND;
	bool known = false, ask;

	for (int attempt = 0; end == REMOTE_FOUND && attempt < 2; attempt++) {
		if (!db_tags_list(scope->registry->db, scope->key, name, &scope->principal, last,
			limit + 1, &decision, &known, &ask, &list->items, &list->count, err) ||
		    !registry_admit(scope, &decision, ERROR_NAME_UNKNOWN, err))
			return false;
		if (!ask || scope->registry->upstream == NULL || attempt > 0)
			break;
		if (!remote_tags(scope, name, known, answer, &end, err))
			return false;
	}
	list_cut(list, limit);
	return known || answer_unknown(answer, scope->registry->db->arena, ERROR_NAME_UNKNOWN, err);
}

bool
registry_catalog(
    struct request_scope *scope, const char *last, int limit, struct list *list, struct error *err)
{
	struct access_decision decision = { 0 };

	if (!db_catalog(scope->registry->db, scope->key, &scope->principal, last, limit + 1,
		&decision, &list->items, &list->count, err))
		return false;
	/* A user without any right gets an empty catalog; only anonymous clients are asked to sign
	 * in. */
	decision.allowed = decision.allowed || scope->principal.account != 0;
	if (!registry_admit(scope, &decision, ERROR_DENIED, err))
		return false;
	list_cut(list, limit);
	return true;
}

bool
registry_referrers_list(struct request_scope *scope, const char *name, const struct digest *subject,
    const char *artifact_type, const char *last, int limit, struct list *list, struct error *err)
{
	struct access_decision decision = { 0 };
	const char **digests = NULL;

	if (!db_referrers_list(scope->registry->db, scope->key, name, subject, artifact_type,
		&scope->principal, last, limit, REFERRERS_MAX_BYTES, &decision, &list->items,
		&digests, &list->count, &list->more, err))
		return false;
	decision.allowed = decision.allowed || scope->principal.account != 0;
	if (!registry_admit(scope, &decision, ERROR_NAME_UNKNOWN, err))
		return false;
	list->last = list->count > 0 ? digests[list->count - 1] : NULL;
	return true;
}

bool
registry_rights(struct request_scope *scope, const char *name, int *actions, struct error *err)
{
	struct access_decision decision = { 0 };

	if (!db_rights_find(
		scope->registry->db, scope->key, name, &scope->principal, &decision, actions, err))
		return false;
	decision.allowed = true; /* no right is not an error here: the token grants nothing */
	decision.blacked_out = false;
	return registry_admit(scope, &decision, ERROR_DENIED, err);
}
