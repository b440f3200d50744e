#include "registry/deletion.h"

#include "db/blob.h"
#include "registry/target.h"

bool
registry_manifest_delete(struct request_scope *scope, const char *name,
    const struct reference *reference, struct manifest_holder *holder, struct error *err)
{
	struct target target = { 0 };
	bool found = false, ok;

	if (!registry_target_require(scope, name, ACTION_DELETE, &target, err))
		return false;
	if (reference->tag != NULL)
		ok = db_tag_delete(
		    scope->registry->db, &target, name, reference->tag, &scope->actor, &found, err);
	else
		ok = db_manifest_delete(scope->registry->db, &target, name, &reference->digest,
		    &scope->actor, &found, holder, err);
	if (!ok)
		return false;
	if (holder->index != NULL)
		return error_set(err, ERROR_MANIFEST_REFERENCED,
		    "cannot delete the manifest: index %s needs it; delete the index or its tag %s first",
		    holder->index, holder->tag);
	return found || error_set(err, ERROR_MANIFEST_UNKNOWN, NULL);
}

bool
registry_blob_delete(
    struct request_scope *scope, const char *name, const struct digest *digest, struct error *err)
{
	struct target target = { 0 };
	enum blob_delete_outcome outcome = BLOB_DELETE_UNKNOWN;

	if (!registry_target_require(scope, name, ACTION_DELETE, &target, err) ||
	    !db_blob_delete(
		scope->registry->db, &target, name, digest, &scope->actor, &outcome, err))
		return false;
	switch (outcome) {
	case BLOB_DELETE_DONE:
		return true;
	case BLOB_DELETE_USED:
		return error_set(err, ERROR_UNSUPPORTED,
		    "cannot delete the blob: a manifest of %s references it", name);
	case BLOB_DELETE_UNKNOWN:
		break;
	}
	return error_set(err, ERROR_BLOB_UNKNOWN, NULL);
}
