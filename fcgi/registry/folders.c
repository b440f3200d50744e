#include "registry/folders.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "db/query.h"
#include "registry/administrator.h"

#define PAGE 5000

/*
 * There may be a million files: they are read in pages, so that no statement runs long, and the
 * rows of a page are freed before the next. *known: the repository exists, and the directory in it.
 */
static bool
walk(const struct request_scope *scope, const char *key, const char *directory,
    folder_visitor *visit, void *context, bool *known, struct error *err)
{
	struct arena *arena = scope->registry->db->arena;
	struct db db = *scope->registry->db;
	const char *path = "", *tag = "";
	struct file_report *files;
	size_t count;
	bool ok;

	db.arena = arena_child(arena);
	do {
		arena_reset(db.arena);
		ok = db_files_page(
		    &db, key, directory, path, tag, PAGE, known, &files, &count, err);
		for (size_t i = 0; ok && i < count; i++)
			visit(context, &files[i]);
		if (ok && count > 0) {
			path = arena_strdup(arena, files[count - 1].path);
			tag = arena_strdup(arena, files[count - 1].tag);
		}
	} while (ok && count == PAGE);
	arena_reset(db.arena);
	*known = *known && (*directory == '\0' || *path != '\0');
	return ok;
}

bool
registry_folder_walk(const struct request_scope *scope, const char *key, const char *directory,
    folder_visitor *visit, void *context, struct error *err)
{
	bool known = false;

	if (!registry_admit_administrator(scope, err))
		return false;
	if (!utf8_check(directory)) /* the database has no such directory */
		return error_set(err, ERROR_NOT_FOUND, "no such folder");
	if (!walk(scope, key, directory, visit, context, &known, err))
		return false;
	return known || error_set(err, ERROR_NOT_FOUND, "no such %s: %s%s",
			    *directory == '\0' ? "repository" : "folder", key, directory);
}

bool
registry_folder_item(const struct request_scope *scope, const char *key, const char *path,
    struct storage_item **item, struct error *err)
{
	*item = NULL;
	return !utf8_check(path) || /* the database has no such path */
	       db_storage_item(scope->registry->db, key, path, &scope->principal, item, err);
}
