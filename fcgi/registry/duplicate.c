#include "registry/duplicate.h"

#include <errno.h>

bool
registry_duplicate_settle(struct db *db, struct store *store, const struct digest *digest,
    int64_t file, int64_t size, int64_t *holder, struct error *err)
{
	int64_t found = store_blob_size(store, digest, *holder);
	bool missing = found == -1 && errno == ENOENT, done = false;

	if (found == size)
		return true;
	if (found == -1 && !missing)
		return error_errno(err, "cannot read %s", digest->text);
	if (!db_blob_replace(db, digest, *holder, missing, file, size, &done, err))
		return false;
	if (!done)
		return error_set(err, ERROR_UNAVAILABLE, NULL);
	*holder = file;
	return true;
}
