#include "registry/sweep.h"

#include "base/log.h"
#include "db/maintenance.h"
#include "registry/file_page.h"
#include "store/walk.h"

struct sweep {
	struct db db; /* with an arena that is reset after every page */
	struct store *store;
	struct file_page page;
	struct error *err;
	bool failed; /* inside the walk, which can only stop */
};

/* A file that cannot be removed is found again the next day. */
static bool
remove_orphan(struct sweep *sweep, const char *path)
{
	struct error reason = { 0 };

	if (!store_remove(sweep->store, path, &reason)) {
		log_line(LOG_LEVEL_WARNING, "sweep: %s: %s", reason.message, reason.cause);
		return true;
	}
	log_line(LOG_LEVEL_INFO, "sweep: removed %s, which had no owner for a day", path);
	return db_orphan_done(&sweep->db, path, sweep->err);
}

static bool
remove_due(struct sweep *sweep, const char *const *paths, size_t count)
{
	const char **due;
	size_t due_count;

	if (!db_sweep_look(&sweep->db, paths, count, &due, &due_count, sweep->err))
		return false;
	for (size_t i = 0; i < due_count; i++)
		if (!remove_orphan(sweep, due[i]))
			return false;
	return true;
}

static bool
classify_page(struct sweep *sweep)
{
	const char *paths[FILE_PAGE_SIZE];
	size_t count = 0;

	if (!file_page_keep_unowned(&sweep->page, &sweep->db, sweep->err))
		return false;
	for (size_t i = 0; i < sweep->page.count; i++)
		if (file_page_is_orphan(&sweep->page, i))
			paths[count++] = sweep->page.paths[i];
	if (count > 0 && !remove_due(sweep, paths, count))
		return false;
	sweep->page.count = 0;
	arena_reset(sweep->db.arena);
	return true;
}

static bool
visit(void *context, const char *path, const struct digest *digest, int64_t file, int64_t size)
{
	struct sweep *sweep = context;

	(void)size;
	file_page_add(&sweep->page, arena_strdup(sweep->db.arena, path), digest, file);
	sweep->failed = sweep->page.count == FILE_PAGE_SIZE && !classify_page(sweep);
	return !sweep->failed;
}

bool
registry_sweep(struct db_pool *pool, struct store *store, bool *more, struct error *err)
{
	struct arena *arena = arena_new();
	struct sweep *sweep = arena_alloc(arena, sizeof(*sweep));
	struct db db = { .pool = pool, .arena = arena };
	const char *directory;
	bool ok;

	*sweep = (struct sweep){
		.db = { .pool = pool, .arena = arena_new() },
		.store = store,
		.err = err,
	};
	ok = db_sweep_next(&db, &directory, err);
	*more = ok && directory != NULL;
	if (*more)
		ok = store_list(store, directory, visit, sweep, err) && !sweep->failed &&
		     classify_page(sweep);
	arena_free(sweep->db.arena);
	arena_free(arena);
	return ok;
}
