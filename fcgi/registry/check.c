#include "registry/check.h"

#include <errno.h>

#include "base/arena.h"
#include "registry/file_page.h"
#include "store/walk.h"

#define PAGE 500 /* rows in one statement */

struct suspect {
	struct suspect *next;
	const char *path;
	struct file_row file;
};

struct checker {
	struct db db; /* with an arena that is reset after every page */
	struct store *store;
	const struct check *order;
	struct check_count *count;
	struct error *err;
	bool failed;              /* inside the walk, which can only stop */
	struct file_page page;    /* files whose owners are looked up next */
	struct arena *kept;       /* holds the suspects */
	struct suspect *suspects; /* files without an owner at the first look */
};

static void
found(struct checker *checker, enum check_finding finding, const char *path)
{
	if (finding == CHECK_GARBAGE)
		checker->count->garbage++;
	else
		checker->count->problems++;
	checker->order->found(checker->order->context, finding, path);
}

static void
progress(const struct checker *checker)
{
	checker->order->progress(checker->order->context, checker->count);
}

/* --- Files: does each have an owner? --- */

static void
suspect(struct checker *checker, const char *path, const struct file_row *file)
{
	struct suspect *suspect = arena_alloc(checker->kept, sizeof(*suspect));

	suspect->path = arena_strdup(checker->kept, path);
	suspect->file = *file;
	suspect->next = checker->suspects;
	checker->suspects = suspect;
}

static void
page_end(struct checker *checker)
{
	checker->page.count = 0;
	arena_reset(checker->db.arena);
}

static bool
page_classify(struct checker *checker)
{
	struct file_page *page = &checker->page;

	if (!file_page_keep_unowned(page, &checker->db, checker->err))
		return false;
	for (size_t i = 0; i < page->count; i++)
		suspect(checker, page->paths[i], &page->files[i]);
	page_end(checker);
	return true;
}

static bool
visit(void *context, const char *path, const struct digest *digest, int64_t file, int64_t size)
{
	struct checker *checker = context;

	file_page_add(&checker->page, arena_strdup(checker->db.arena, path), digest, file);
	checker->count->files++;
	checker->count->file_bytes += size;
	progress(checker);
	checker->failed = checker->page.count == FILE_PAGE_SIZE && !page_classify(checker);
	return !checker->failed;
}

static bool
files_check(struct checker *checker)
{
	return store_walk(checker->store, visit, checker, checker->err) && !checker->failed &&
	       page_classify(checker);
}

/* While there are problems no file is removed: it may hold the bytes of a blob that a row
 * misses. */
static bool
garbage_found(struct checker *checker, size_t i)
{
	const char *path = checker->page.paths[i];

	found(checker, CHECK_GARBAGE, path);
	if (!checker->order->remove_garbage || checker->count->problems > 0 ||
	    !file_page_is_orphan(&checker->page, i))
		return true;
	checker->count->removed++;
	return store_remove(checker->store, path, checker->err);
}

/*
 * A file without an owner at the first look may have been in use: it was published or removed
 * between the directory listing and the query. It is garbage if it still exists and still has no
 * owner.
 */
static bool
suspects_classify(struct checker *checker)
{
	struct file_page *page = &checker->page;

	while (checker->suspects != NULL) {
		struct suspect *next;

		for (; (next = checker->suspects) != NULL && page->count < FILE_PAGE_SIZE;
		     checker->suspects = next->next)
			file_page_add(page, next->path,
			    next->file.has_digest ? &next->file.digest : NULL, next->file.file);
		if (!file_page_keep_unowned(page, &checker->db, checker->err))
			return false;
		for (size_t i = 0; i < page->count; i++)
			if (store_has(checker->store, page->paths[i]) && !garbage_found(checker, i))
				return false;
		page_end(checker);
	}
	return true;
}

/* --- Rows: does each have its file? --- */

struct look {
	enum check_finding finding; /* set when the file does not match its row */
	bool hashed;                /* all bytes were read, so the row can be corrected */
	bool bad;
	int64_t size;
};

/* Return true if the file matches its row. */
static bool
bytes_fit(const struct checker *checker, const struct file_row *row, struct look *look)
{
	struct digest digest;

	*look = (struct look){ .size = store_blob_size(checker->store, &row->digest, row->file) };
	if (look->size == -1) {
		look->finding = errno == ENOENT ? CHECK_MISSING : CHECK_UNREADABLE;
		return false;
	}
	if (!checker->order->quick) {
		look->finding = CHECK_UNREADABLE;
		look->hashed = store_blob_digest(
		    checker->store, &row->digest, row->file, &digest, &look->size, NULL);
		if (!look->hashed)
			return false;
		look->bad = !digest_equal(&digest, &row->digest);
	}
	look->finding = look->bad ? CHECK_DIGEST : CHECK_SIZE;
	return !look->bad && look->size == row->size;
}

/* Only a file that was read to its end and hashed changes its row: a read error does not prove that
 * the bytes are wrong. */
static bool
row_classify(struct checker *checker, const struct file_row *row, const struct look *look)
{
	int64_t size = look->bad ? row->size : look->size;

	if (!look->hashed || (look->bad == row->bad && size == row->size))
		return true;
	return db_blob_classify(&checker->db, row, look->bad, size, checker->err);
}

/* Read the row again; *now is NULL if it is gone. */
static bool
row_repeat(struct checker *checker, const struct file_row *row, struct file_row **now)
{
	size_t count;

	if (!db_blob_page(&checker->db, row->id - 1, 1, now, &count, checker->err))
		return false;
	if (count == 0 || (*now)->id != row->id)
		*now = NULL;
	return true;
}

/* The row may be deleted or get another file while its file is being read; then it is read
 * again. */
static bool
row_check(struct checker *checker, const struct file_row *row)
{
	struct file_row *now;
	struct look look;

	while (!bytes_fit(checker, row, &look)) {
		if (!row_repeat(checker, row, &now))
			return false;
		if (now == NULL)
			return true;
		if (now->file == row->file) {
			const char *path = store_blob_path(
			    checker->store, checker->db.arena, &row->digest, row->file);

			found(checker, look.finding, path);
			break;
		}
		row = now;
	}
	return row_classify(checker, row, &look);
}

static bool
rows_check(struct checker *checker)
{
	int64_t after = 0;
	struct file_row *rows;
	size_t count;

	do {
		arena_reset(checker->db.arena);
		if (!db_blob_page(&checker->db, after, PAGE, &rows, &count, checker->err))
			return false;
		for (size_t i = 0; i < count; i++) {
			if (!row_check(checker, &rows[i]))
				return false;
			checker->count->blobs++;
			checker->count->blob_bytes += rows[i].size;
			progress(checker);
			after = rows[i].id;
		}
	} while (count == PAGE);
	return true;
}

bool
registry_check(struct db_pool *pool, struct store *store, const struct check *order,
    struct check_count *count, struct error *err)
{
	struct arena *kept = arena_new();
	struct checker *checker = arena_alloc(kept, sizeof(*checker));
	bool ok;

	*count = (struct check_count){ 0 };
	*checker = (struct checker){
		.db = { .pool = pool, .arena = arena_new() },
		.store = store,
		.order = order,
		.count = count,
		.err = err,
		.kept = kept,
	};
	ok = files_check(checker) && rows_check(checker) && suspects_classify(checker);
	arena_free(checker->db.arena);
	arena_free(kept);
	return ok;
}
