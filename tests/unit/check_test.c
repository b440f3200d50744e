#include "registry/check.h"

#include "test.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/blob.h"
#include "directory.h"
#include "store_fixture.h"

/* A database of two tables, whose rows may change between two queries. */
#define ROWS_MAX 1300
static struct file_row rows[ROWS_MAX];
static size_t row_count;
static enum file_owner owners[2 * ROWS_MAX]; /* by file id */
static void (*before_page)(int call), (*before_owners)(int call);
static int page_calls, owner_calls, judge_calls;
static bool away;

struct fixture {
	char *root;
	struct store *store;
	struct arena *arena;
};

static struct fixture *fixture;

bool
db_blob_page(struct db *db, int64_t after, int limit, struct file_row **out, size_t *count,
    struct error *err)
{
	page_calls++;
	if (before_page != NULL)
		before_page(page_calls);
	if (away)
		return error_set(err, ERROR_UNAVAILABLE, NULL);
	*out = arena_array(db->arena, (size_t)limit, sizeof(**out));
	*count = 0;
	for (size_t i = 0; i < row_count && *count < (size_t)limit; i++)
		if (rows[i].id > after)
			(*out)[(*count)++] = rows[i];
	return true;
}

bool
db_file_owners(struct db *db, const struct file_row *files, size_t count, enum file_owner *out,
    struct error *err)
{
	(void)db;
	owner_calls++;
	if (before_owners != NULL)
		before_owners(owner_calls);
	if (away)
		return error_set(err, ERROR_UNAVAILABLE, NULL);
	for (size_t i = 0; i < count; i++)
		out[i] = files[i].file < 0 ||
				 (!files[i].has_digest && owners[files[i].file] == FILE_OWNER_BLOB)
			     ? FILE_OWNER_NONE
			     : owners[files[i].file];
	return true;
}

bool
db_blob_classify(
    struct db *db, const struct file_row *row, bool bad, int64_t size, struct error *err)
{
	(void)db;
	(void)err;
	judge_calls++;
	for (size_t i = 0; i < row_count; i++)
		if (rows[i].id == row->id && rows[i].file == row->file) {
			rows[i].bad = bad;
			rows[i].size = size;
		}
	return true;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	memset(owners, 0, sizeof(owners));
	row_count = 0;
	before_page = before_owners = NULL;
	page_calls = owner_calls = judge_calls = 0;
	away = false;
	f->root = directory_make();
	f->arena = arena_new();
	f->store = store_fixture(f->root);
	*state = fixture = f;
	return f->store == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	arena_free(f->arena);
	directory_remove(f->root);
	free(f);
	return 0;
}

static const char *
absolute(const char *name)
{
	return arena_printf(fixture->arena, "%s/%s", fixture->root, name);
}

static void
put(const char *path, const char *bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
	close(fd);
}

/* Make a blob of these bytes: row, owner and file. Returns the path of the file. */
static const char *
blob(int64_t file, const char *bytes)
{
	struct file_row *row = &rows[row_count++];
	const char *path;

	*row = (struct file_row){ .id = 10 + file, .file = file, .size = (int64_t)strlen(bytes) };
	digest_of(&row->digest, DIGEST_SHA256, bytes, strlen(bytes));
	owners[file] = FILE_OWNER_BLOB;
	path = store_blob_path(fixture->store, fixture->arena, &row->digest, file);
	put(path, bytes);
	return path;
}

struct result {
	char found[4096]; /* "kind path;" for each problem */
	struct check_count count;
	struct error err;
	int progress;
	bool ok;
};

static void
note_finding(void *context, enum check_finding finding, const char *what)
{
	static const char *const words[] = { "missing", "size", "digest", "unreadable", "garbage" };
	struct result *result = context;
	size_t length = strlen(result->found);

	snprintf(
	    result->found + length, sizeof(result->found) - length, "%s %s;", words[finding], what);
}

static void
note_progress(void *context, const struct check_count *count)
{
	struct result *result = context;

	(void)count;
	result->progress++;
}

static struct result
run_order(struct check order)
{
	struct result result = { 0 };

	order.found = note_finding;
	order.progress = note_progress;
	order.context = &result;
	result.ok = registry_check(NULL, fixture->store, &order, &result.count, &result.err);
	return result;
}

static struct result
run(bool quick)
{
	return run_order((struct check){ .quick = quick });
}

static void
expect_only(const struct result *result, const char *kind, const char *path)
{
	assert_true(result->ok);
	assert_string_equal(result->found, arena_printf(fixture->arena, "%s %s;", kind, path));
}

static void
a_sound_store_has_nothing_to_say(void **state)
{
	struct result result;

	(void)state;
	blob(1, "one");
	blob(2, "three");
	put(absolute("uploads/3"), "half");
	owners[3] = FILE_OWNER_UPLOAD;
	result = run(false);
	assert_true(result.ok);
	assert_string_equal(result.found, "");
	assert_int_equal(result.count.files, 3);
	assert_int_equal(result.count.blobs, 2);
	assert_int_equal(result.count.blob_bytes, 8);
	assert_int_equal(result.count.problems, 0);
	assert_int_equal(result.progress, 5);
}

static void
a_missing_file_is_a_problem(void **state)
{
	const char *path;
	struct result result;

	(void)state;
	blob(1, "one");
	path = blob(2, "two");
	assert_int_equal(unlink(path), 0);
	result = run(true);
	expect_only(&result, "missing", path);
	assert_int_equal(result.count.problems, 1);
}

static void
a_wrong_size_is_a_problem(void **state)
{
	const char *path;
	struct result result;

	(void)state;
	path = blob(1, "one");
	put(path, "on");
	result = run(true);
	expect_only(&result, "size", path);
}

static void
wrong_bytes_are_found_unless_quick(void **state)
{
	const char *path;
	struct result result;

	(void)state;
	path = blob(1, "one");
	put(path, "onf");
	result = run(true);
	assert_string_equal(result.found, "");
	assert_int_equal(judge_calls, 0);
	result = run(false);
	expect_only(&result, "digest", path);
	assert_true(rows[0].bad);
	put(path, "one"); /* from a backup */
	result = run(false);
	assert_string_equal(result.found, "");
	assert_false(rows[0].bad);
	assert_int_equal(judge_calls, 2);
}

static void
a_row_of_a_wrong_size_is_corrected_once_its_bytes_were_read(void **state)
{
	const char *path;
	struct result result;

	(void)state;
	path = blob(1, "one");
	rows[0].size = 0;
	result = run(true);
	expect_only(&result, "size", path);
	assert_int_equal(rows[0].size, 0);
	result = run(false);
	expect_only(&result, "size", path);
	assert_int_equal(rows[0].size, 3);
	assert_false(rows[0].bad);
}

static void
a_cut_file_is_bad(void **state)
{
	const char *path;
	struct result result;

	(void)state;
	path = blob(1, "one");
	put(path, "on");
	result = run(false);
	expect_only(&result, "digest", path);
	assert_true(rows[0].bad);
	assert_int_equal(rows[0].size, 3);
}

static void
what_cannot_be_read_is_not_judged(void **state)
{
	const char *path;
	struct result result;

	(void)state;
	assert_int_equal(unlink(blob(1, "one")), 0);
	path = blob(2, "two");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	result = run(false);
	assert_int_equal(result.count.problems, 2);
	assert_int_equal(judge_calls, 0);
	assert_int_equal(rmdir(path), 0);
}

static void
row_goes(int call)
{
	if (call == 2)
		row_count = 0;
}

static void
a_row_that_went_meanwhile_is_no_problem(void **state)
{
	struct result result;

	(void)state;
	assert_int_equal(unlink(blob(1, "one")), 0);
	before_page = row_goes;
	result = run(false);
	assert_true(result.ok);
	assert_string_equal(result.found, "");
}

static void
row_gets_another_file(int call)
{
	if (call != 2)
		return;
	rows[0].file = 7;
	owners[7] = FILE_OWNER_BLOB;
	put(store_blob_path(fixture->store, fixture->arena, &rows[0].digest, 7), "one");
}

static void
a_blob_that_got_another_file_is_looked_at_again(void **state)
{
	struct result result;

	(void)state;
	assert_int_equal(unlink(blob(1, "one")), 0);
	before_page = row_gets_another_file;
	result = run(false);
	assert_true(result.ok);
	assert_string_equal(result.found, "");
}

static void
a_file_without_owner_is_garbage_and_no_problem(void **state)
{
	const char *path;
	struct result result;

	(void)state;
	path = blob(1, "one");
	row_count = 0;
	owners[1] = FILE_OWNER_NONE;
	result = run(false);
	expect_only(&result, "garbage", path + strlen(fixture->root) + 1);
	assert_int_equal(result.count.problems, 0);
	assert_int_equal(result.count.garbage, 1);
}

static void
a_name_that_is_not_ours_is_garbage(void **state)
{
	struct result result;

	(void)state;
	put(absolute("uploads/core"), "");
	result = run(false);
	expect_only(&result, "garbage", "uploads/core");
}

static bool
is_there(const char *name)
{
	return access(absolute(name), F_OK) == 0;
}

static void
garbage_is_removed_if_asked(void **state)
{
	const struct check order = { .quick = true, .remove_garbage = true };
	struct result result;

	(void)state;
	put(absolute("uploads/3"), "");
	put(absolute("uploads/.probe-12"), "");
	put(absolute("uploads/core"), ""); /* not a file of ours */
	put(absolute("uploads/4"), "");
	owners[4] = FILE_OWNER_FUTURE;
	result = run(true);
	assert_int_equal(result.count.removed, 0);
	assert_true(is_there("uploads/3"));
	result = run_order(order);
	assert_true(result.ok);
	assert_int_equal(result.count.garbage, 4);
	assert_int_equal(result.count.removed, 2);
	assert_false(is_there("uploads/3") || is_there("uploads/.probe-12"));
	assert_true(is_there("uploads/core") && is_there("uploads/4"));
}

static void
garbage_stays_while_there_are_problems(void **state)
{
	const struct check order = { .quick = true, .remove_garbage = true };
	struct result result;

	(void)state;
	assert_int_equal(unlink(blob(1, "one")), 0);
	put(absolute("uploads/3"), "");
	result = run_order(order);
	assert_int_equal(result.count.garbage, 1);
	assert_int_equal(result.count.removed, 0);
	assert_true(is_there("uploads/3"));
}

static void
an_intent_owns_its_file(void **state)
{
	struct result result;

	(void)state;
	blob(1, "one");
	row_count = 0;
	owners[1] = FILE_OWNER_INTENT;
	result = run(false);
	assert_string_equal(result.found, "");
}

static void
an_upload_owns_its_file_under_either_name(void **state)
{
	struct result result;

	(void)state;
	blob(1, "one"); /* renamed, but the row was never committed */
	row_count = 0;
	owners[1] = FILE_OWNER_UPLOAD;
	result = run(false);
	assert_string_equal(result.found, "");
}

static void
a_blob_does_not_own_a_file_among_the_uploads(void **state)
{
	struct result result;

	(void)state;
	blob(1, "one");
	put(absolute("uploads/1"), "one");
	result = run(false);
	expect_only(&result, "garbage", "uploads/1");
}

static void
upload_is_published(int call)
{
	if (call == 2)
		owners[1] = FILE_OWNER_BLOB;
}

static void
a_file_that_found_its_owner_meanwhile_is_not_garbage(void **state)
{
	struct result result;

	(void)state;
	blob(1, "one");
	owners[1] = FILE_OWNER_NONE;
	before_owners = upload_is_published;
	result = run(false);
	assert_true(result.ok);
	assert_string_equal(result.found, "");
	assert_int_equal(owner_calls, 2);
}

static void
loser_is_removed(int call)
{
	if (call == 2)
		unlink(absolute("uploads/1"));
}

static void
a_file_that_went_meanwhile_is_not_garbage(void **state)
{
	struct result result;

	(void)state;
	put(absolute("uploads/1"), "one");
	before_owners = loser_is_removed;
	result = run(false);
	assert_true(result.ok);
	assert_string_equal(result.found, "");
}

static void
every_page_is_looked_at(void **state)
{
	const char *path = NULL;
	struct result result;

	(void)state;
	for (int i = 1; i <= 1200; i++)
		path = blob(i, arena_printf(fixture->arena, "%d", i));
	assert_int_equal(unlink(path), 0);
	put(absolute("uploads/2000"), "");
	result = run(true);
	assert_int_equal(result.count.blobs, 1200);
	assert_int_equal(result.count.files, 1200);
	assert_int_equal(result.count.problems, 1);
	assert_int_equal(result.count.garbage, 1);
}

static void
database_goes(int call)
{
	away = call == 2;
}

static void
a_database_that_goes_away_ends_the_check(void **state)
{
	struct result result;

	(void)state;
	for (int i = 1; i <= 600; i++)
		blob(i, arena_printf(fixture->arena, "%d", i));
	before_page = database_goes;
	result = run(true);
	assert_false(result.ok);
	assert_int_equal(result.err.code, ERROR_UNAVAILABLE);
}

static void
a_database_that_is_away_ends_the_walk(void **state)
{
	struct result result;

	(void)state;
	for (int i = 1; i <= 600; i++)
		blob(i, arena_printf(fixture->arena, "%d", i));
	away = true;
	result = run(true);
	assert_false(result.ok);
	assert_int_equal(result.err.code, ERROR_UNAVAILABLE);
	assert_int_equal(result.count.files, 500); /* progress stopped it after the first page */
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sound_store_has_nothing_to_say),
		TEST(a_missing_file_is_a_problem),
		TEST(a_wrong_size_is_a_problem),
		TEST(wrong_bytes_are_found_unless_quick),
		TEST(a_row_of_a_wrong_size_is_corrected_once_its_bytes_were_read),
		TEST(a_cut_file_is_bad),
		TEST(what_cannot_be_read_is_not_judged),
		TEST(a_row_that_went_meanwhile_is_no_problem),
		TEST(a_blob_that_got_another_file_is_looked_at_again),
		TEST(a_file_without_owner_is_garbage_and_no_problem),
		TEST(a_name_that_is_not_ours_is_garbage),
		TEST(garbage_is_removed_if_asked),
		TEST(garbage_stays_while_there_are_problems),
		TEST(an_intent_owns_its_file),
		TEST(an_upload_owns_its_file_under_either_name),
		TEST(a_blob_does_not_own_a_file_among_the_uploads),
		TEST(a_file_that_found_its_owner_meanwhile_is_not_garbage),
		TEST(a_file_that_went_meanwhile_is_not_garbage),
		TEST(every_page_is_looked_at),
		TEST(a_database_that_goes_away_ends_the_check),
		TEST(a_database_that_is_away_ends_the_walk),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
