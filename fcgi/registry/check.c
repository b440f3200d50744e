#include "registry/check.h"

#include <errno.h>

#include "base/arena.h"
#include "db/blob.h"

#define PAGE 500 /* rows or files asked for at once */

struct seen_file {
	struct seen_file *next; /* among the suspects */
	const char *path;
	int64_t file; /* -1: the name is none of ours */
	bool is_blob; /* it lies below blobs/ */
};

struct checker {
	struct db db; /* with an arena that is reset after every page */
	struct store *store;
	const struct check *order;
	struct check_count *count;
	struct error *err;
	bool failed;                  /* inside the walk, which only knows "stop" */
	struct seen_file batch[PAGE]; /* whose owners are asked next */
	size_t batched;
	struct arena *kept;         /* holds the suspects */
	struct seen_file *suspects; /* files without an owner at first sight */
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

/* --- Files: does somebody own them? --- */

/* An upload's file may have its final name already: it died between rename and commit, and may be
 * resumed. */
static bool
owner_fits(const struct seen_file *seen, enum file_owner owner)
{
	return owner != FILE_OWNER_NONE && (owner != FILE_OWNER_BLOB || seen->is_blob);
}

static bool
owners_find(struct checker *checker, enum file_owner owners[PAGE])
{
	int64_t files[PAGE];

	for (size_t i = 0; i < checker->batched; i++)
		files[i] = checker->batch[i].file;
	return db_file_owners(&checker->db, files, checker->batched, owners, checker->err);
}

static void
suspect(struct checker *checker, const struct seen_file *seen)
{
	struct seen_file *copy = arena_alloc(checker->kept, sizeof(*copy));

	*copy = *seen;
	copy->path = arena_strdup(checker->kept, seen->path);
	copy->next = checker->suspects;
	checker->suspects = copy;
}

static bool
batch_judge(struct checker *checker)
{
	enum file_owner owners[PAGE];

	if (checker->batched > 0 && !owners_find(checker, owners))
		return false;
	for (size_t i = 0; i < checker->batched; i++)
		if (!owner_fits(&checker->batch[i], owners[i]))
			suspect(checker, &checker->batch[i]);
	checker->batched = 0;
	arena_reset(checker->db.arena);
	return true;
}

static bool
visit(void *context, const char *path, const struct digest *digest, int64_t file, int64_t size)
{
	struct checker *checker = context;

	checker->batch[checker->batched++] = (struct seen_file){
		.path = arena_strdup(checker->db.arena, path),
		.file = file,
		.is_blob = digest != NULL,
	};
	checker->count->files++;
	checker->count->file_bytes += size;
	progress(checker);
	checker->failed = checker->batched == PAGE && !batch_judge(checker);
	return !checker->failed;
}

static bool
files_check(struct checker *checker)
{
	return store_walk(checker->store, visit, checker, checker->err) && !checker->failed &&
	       batch_judge(checker);
}

/*
 * What looked like garbage may have been in use: published, or removed, between the look at the
 * disk and the question to the database. Who has no owner now either, and still is there, is
 * garbage.
 */
static bool
suspects_judge(struct checker *checker)
{
	while (checker->suspects != NULL) {
		enum file_owner owners[PAGE];

		for (; checker->suspects != NULL && checker->batched < PAGE;
		     checker->suspects = checker->suspects->next)
			checker->batch[checker->batched++] = *checker->suspects;
		if (!owners_find(checker, owners))
			return false;
		for (size_t i = 0; i < checker->batched; i++)
			if (!owner_fits(&checker->batch[i], owners[i]) &&
			    store_has(checker->store, checker->batch[i].path))
				found(checker, CHECK_GARBAGE, checker->batch[i].path);
		checker->batched = 0;
		arena_reset(checker->db.arena);
	}
	return true;
}

/* --- Rows: do they have their file? --- */

struct look {
	enum check_finding finding; /* if not all is well */
	bool hashed;                /* all bytes were read: the row is to say what they are */
	bool bad;
	int64_t size;
};

/* true: all is well. */
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

/* Only what was read to its end and hashed is judged: a disk in trouble is no proof. */
static bool
row_judge(struct checker *checker, const struct file_row *row, const struct look *look)
{
	int64_t size = look->bad ? row->size : look->size;

	if (!look->hashed || (look->bad == row->bad && size == row->size))
		return true;
	return db_blob_judge(&checker->db, row, look->bad, size, checker->err);
}

/* The row as it is now; *now NULL: it is gone. */
static bool
row_again(struct checker *checker, const struct file_row *row, struct file_row **now)
{
	size_t count;

	if (!db_blob_page(&checker->db, row->id - 1, 1, now, &count, checker->err))
		return false;
	if (count == 0 || (*now)->id != row->id)
		*now = NULL;
	return true;
}

/* A row may go, or get another file, while its file is looked at: then it is asked for again. */
static bool
row_check(struct checker *checker, const struct file_row *row)
{
	struct file_row *now;
	struct look look;

	while (!bytes_fit(checker, row, &look)) {
		if (!row_again(checker, row, &now))
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
	return row_judge(checker, row, &look);
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
	ok = files_check(checker) && rows_check(checker) && suspects_judge(checker);
	arena_free(checker->db.arena);
	arena_free(kept);
	return ok;
}
