#include "registry/duplicate.h"

#include <errno.h>

bool
registry_duplicate_settle(struct db *db, struct store *store, const struct digest *digest,
    int64_t file, int64_t size, int64_t *holder, struct error *err)
{
	int64_t there = store_blob_size(store, digest, *holder);
	bool missing = there == -1 && errno == ENOENT, won = false;
	struct error ignored = { 0 };

	if ((missing || (there != -1 && there != size)) &&
	    !db_blob_replace(db, digest, *holder, missing, file, size, &won, err))
		return false;
	if (won)
		*holder = file;
	else
		(void)!store_blob_unlink(store, digest, file, &ignored);
	return true;
}
