/* A page of files found in the store, whose owners are looked up in one statement. */
#ifndef REGISTRY_FILE_PAGE_H
#define REGISTRY_FILE_PAGE_H

#include "db/blob.h"

#define FILE_PAGE_SIZE 500

struct file_page {
	size_t count;
	const char *paths[FILE_PAGE_SIZE]; /* relative to the root; borrowed */
	struct file_row files[FILE_PAGE_SIZE];
	enum file_owner owners[FILE_PAGE_SIZE]; /* of files kept by file_page_keep_unowned() */
};

/* digest: NULL if the file is not named like a blob. The page must have room. */
void file_page_add(struct file_page *, const char *path, const struct digest *, int64_t file);
/* Drop all files that have an owner. */
bool file_page_keep_unowned(struct file_page *, struct db *, struct error *) MUST_CHECK;
/* May the i-th file be removed? Not if its name is foreign, nor if the database was restored from a
 * backup older than the file. */
bool file_page_is_orphan(const struct file_page *, size_t i);

#endif
