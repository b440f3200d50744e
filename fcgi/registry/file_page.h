/* Files seen in the store, of which the database is asked together what owns them. */
#ifndef REGISTRY_FILE_PAGE_H
#define REGISTRY_FILE_PAGE_H

#include "db/blob.h"

#define FILE_PAGE_SIZE 500

struct file_page {
	size_t count;
	const char *paths[FILE_PAGE_SIZE]; /* relative to the root; borrowed */
	struct file_row files[FILE_PAGE_SIZE];
	enum file_owner owners[FILE_PAGE_SIZE]; /* of those that file_page_keep_unowned() kept */
};

/* digest NULL: it has not the name of a blob. The page must have room. */
void file_page_add(struct file_page *, const char *path, const struct digest *, int64_t file);
/* Drop all that have an owner. */
bool file_page_keep_unowned(struct file_page *, struct db *, struct error *) MUST_CHECK;
/* May the i-th of them be removed? Not if its name is none of ours, nor if the database was
 * restored from before its time. */
bool file_page_is_orphan(const struct file_page *, size_t i);

#endif
