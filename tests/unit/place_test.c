#include "store/access.h"
#include "store/upload.h"

#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory.h"
#include "store_fixture.h"

#define OTHER_IDENTITY "99999999-2222-4333-8444-555555555555"

struct fixture {
	char *top;
	const char *root, *away; /* paths of the store, and of the place it is moved to */
	struct store *store;
	struct arena *arena;
	struct error err;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->top = directory_make();
	f->arena = arena_new();
	f->root = arena_printf(f->arena, "%s/store", f->top);
	f->away = arena_printf(f->arena, "%s/away", f->top);
	*state = f;
	if (mkdir(f->root, 0750) == -1)
		return -1;
	f->store = store_fixture(f->root);
	return f->store == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	arena_free(f->arena);
	directory_remove(f->top);
	free(f);
	return 0;
}

/* No file is touched, and each refusal is one that a client may retry. */
static void
assert_refused(struct fixture *f)
{
	struct digest digest;
	int64_t size;

	digest_of(&digest, DIGEST_SHA256, "", 0);
	assert_false(store_require(f->store, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	assert_null(strstr(f->err.message, f->root)); /* the client gets the message */
	assert_non_null(strstr(f->err.cause, f->root));
	assert_null(upload_open(f->store, 1, 0, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	assert_false(upload_unlink(f->store, 1, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	assert_false(store_blob_unlink(f->store, &digest, 1, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	assert_false(store_blob_digest(f->store, &digest, 1, &digest, &size, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	assert_int_equal(store_blob_size(f->store, &digest, 1), -1);
	assert_int_not_equal(errno, ENOENT); /* that would mean that the file is lost */
}

static void
assert_there(struct fixture *f)
{
	struct upload *up;

	assert_true(store_require(f->store, NULL));
	up = upload_open(f->store, 1, 0, NULL);
	assert_non_null(up);
	upload_close(up);
	assert_true(upload_unlink(f->store, 1, NULL));
}

static void
move(const char *from, const char *to)
{
	assert_int_equal(rename(from, to), 0);
}

static void
a_directory_without_the_identity_is_no_store(void **state)
{
	struct fixture *f = *state;

	move(f->root, f->away);
	assert_int_equal(mkdir(f->root, 0750), 0);
	assert_refused(f); /* the store has not been looked for yet */
	assert_false(store_look(f->store, &f->err));
	assert_non_null(strstr(f->err.cause, f->root));
	assert_refused(f);
	assert_int_equal(rmdir(f->root), 0); /* it must be empty */
	move(f->away, f->root);
	assert_true(store_look(f->store, NULL));
	assert_there(f);
}

static void
a_missing_directory_is_no_store(void **state)
{
	struct fixture *f = *state;

	move(f->root, f->away);
	assert_refused(f);
	assert_false(store_look(f->store, &f->err));
	assert_refused(f);
	move(f->away, f->root);
	assert_refused(f); /* until the next look */
	assert_true(store_look(f->store, NULL));
	assert_there(f);
}

static void
the_store_of_another_database_is_refused(void **state)
{
	struct fixture *f = *state;

	move(f->root, f->away);
	assert_int_equal(mkdir(f->root, 0750), 0);
	assert_true(store_identity_write(f->root, OTHER_IDENTITY, NULL));
	assert_false(store_look(f->store, &f->err));
	assert_non_null(strstr(f->err.cause, OTHER_IDENTITY));
	assert_refused(f);
	store_expect(f->store, OTHER_IDENTITY); /* the database has been replaced */
	assert_true(store_look(f->store, NULL));
	assert_there(f);
}

static void
an_identity_that_goes_is_noticed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(unlink(arena_printf(f->arena, "%s/" STORE_IDENTITY_FILE, f->root)), 0);
	assert_false(store_look(f->store, NULL));
	assert_refused(f);
}

static void
bytes_are_not_published_into_another_directory(void **state)
{
	struct fixture *f = *state;
	struct upload *up = upload_open(f->store, 1, 0, NULL);
	struct digest digest;

	assert_non_null(up);
	assert_true(upload_write(up, "x", 1, NULL));
	digest_of(&digest, DIGEST_SHA256, "x", 1);
	move(f->root, f->away);
	assert_int_equal(mkdir(f->root, 0750), 0);
	assert_true(store_identity_write(f->root, OTHER_IDENTITY, NULL));
	assert_false(upload_publish(up, &digest, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	upload_close(up);
}

static void
an_identity_is_written_once(void **state)
{
	struct fixture *f = *state;
	char identity[UUID_TEXT_SIZE];

	assert_true(store_identity_write(f->root, TEST_IDENTITY, NULL));
	assert_false(store_identity_write(f->root, OTHER_IDENTITY, &f->err));
	assert_int_equal(f->err.code, ERROR_CONFLICT);
	assert_true(store_identity_read(f->root, identity, NULL));
	assert_string_equal(identity, TEST_IDENTITY);
	assert_true(store_identity_read(f->top, identity, NULL));
	assert_string_equal(identity, "");
}

static void
an_identity_that_cannot_be_read_is_not_overwritten(void **state)
{
	struct fixture *f = *state;
	const char *path = arena_printf(f->arena, "%s/" STORE_IDENTITY_FILE, f->root);
	FILE *file = fopen(path, "w");

	fputs("no uuid\n", file);
	fclose(file);
	assert_false(store_identity_write(f->root, TEST_IDENTITY, NULL));
	assert_false(store_look(f->store, NULL));
}

/* Otherwise the owner could not write there. */
static void
root_makes_nothing_in_the_store_of_another_user(void **state)
{
	struct fixture *f = *state;
	struct store *store;

	if (geteuid() != 0)
		skip();
	move(f->root, f->away);
	assert_int_equal(mkdir(f->root, 0750), 0);
	assert_int_equal(chown(f->root, 1, 1), 0);
	assert_true(store_identity_write(f->root, TEST_IDENTITY, NULL));
	store = store_open(f->root, TEST_IDENTITY);
	assert_true(store_look(store, NULL));
	assert_int_equal(access(arena_printf(f->arena, "%s/blobs", f->root), F_OK), -1);
	store_close(store);
}

/* blobs is a file, so that making directories below it fails for every user. */
static void
what_cannot_be_made_is_told_with_path_and_user(void **state)
{
	struct fixture *f = *state;
	char user[STORE_USER_SIZE];

	move(arena_printf(f->arena, "%s/blobs", f->root), f->away);
	fclose(fopen(arena_printf(f->arena, "%s/blobs", f->root), "w"));
	store_close(f->store);
	f->store = store_open(f->root, TEST_IDENTITY);
	assert_false(store_look(f->store, &f->err));
	store_user(user);
	assert_non_null(strstr(f->err.cause, f->root));
	assert_non_null(strstr(f->err.cause, arena_printf(f->arena, "as user %s", user)));
	assert_non_null(strstr(f->err.cause, "Not a directory"));
}

/* The group of the directories may read, others may not. */
static void
the_web_server_reads_through_a_group(void **state)
{
	struct fixture *f = *state;
	const gid_t mine = getegid(), other = mine + 1;

	assert_int_equal(chmod(f->top, 0755), 0);
	assert_true(store_readable_by(f->store, &mine, 1, NULL));
	assert_false(store_readable_by(f->store, &other, 1, &f->err));
	assert_non_null(strstr(f->err.cause, f->root));
	assert_int_equal(chmod(f->top, 0700), 0);
	assert_false(store_readable_by(f->store, &mine, 1, &f->err));
	assert_non_null(strstr(f->err.cause, f->top));
}

static void
a_process_without_descriptors_keeps_its_store(void **state)
{
	struct fixture *f = *state;
	struct rlimit limit, none;
	int lowest = dup(STDIN_FILENO);
	bool found;

	close(lowest);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = (rlim_t)lowest;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	found = store_look(f->store, &f->err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_false(found);
	assert_non_null(strstr(f->err.cause, "Too many open files"));
	assert_true(store_require(f->store, &f->err));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_directory_without_the_identity_is_no_store),
		TEST(a_missing_directory_is_no_store),
		TEST(the_store_of_another_database_is_refused),
		TEST(an_identity_that_goes_is_noticed),
		TEST(a_process_without_descriptors_keeps_its_store),
		TEST(bytes_are_not_published_into_another_directory),
		TEST(an_identity_is_written_once),
		TEST(an_identity_that_cannot_be_read_is_not_overwritten),
		TEST(root_makes_nothing_in_the_store_of_another_user),
		TEST(what_cannot_be_made_is_told_with_path_and_user),
		TEST(the_web_server_reads_through_a_group),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
