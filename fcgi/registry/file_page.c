#include "registry/file_page.h"

void
file_page_add(struct file_page *page, const char *path, const struct digest *digest, int64_t file)
{
	struct file_row *row = &page->files[page->count];

	*row = (struct file_row){ .file = file, .has_digest = digest != NULL };
	if (digest != NULL)
		row->digest = *digest;
	page->paths[page->count++] = path;
}

bool
file_page_keep_unowned(struct file_page *page, struct db *db, struct error *err)
{
	size_t kept = 0;

	if (page->count > 0 && !db_file_owners(db, page->files, page->count, page->owners, err))
		return false;
	for (size_t i = 0; i < page->count; i++) {
		enum file_owner owner = page->owners[i];

		if (owner != FILE_OWNER_NONE && owner != FILE_OWNER_FUTURE)
			continue;
		page->paths[kept] = page->paths[i];
		page->files[kept] = page->files[i];
		page->owners[kept++] = owner;
	}
	page->count = kept;
	return true;
}

bool
file_page_is_orphan(const struct file_page *page, size_t i)
{
	return page->owners[i] == FILE_OWNER_NONE && page->files[i].file != -1;
}
