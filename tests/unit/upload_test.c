#include "store/upload.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "directory.h"
#include "store_fixture.h"

/* Replacements of C library calls whose order and failure matter: they record the call, and fail if
 * told to. */
static char calls[256];
static int fail_fdatasync, fail_fsync; /* errno, or 0 */
static ssize_t write_room = -1;        /* bytes left on the disk; -1: unlimited */
static const char *rename_before_lock[2];

static void
remember(const char *call)
{
	size_t length = strlen(calls);

	snprintf(calls + length, sizeof(calls) - length, "%s ", call);
}

int
fdatasync(int fd)
{
	remember("fdatasync");
	if (fail_fdatasync != 0) {
		errno = fail_fdatasync;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
	remember("fsync");
	if (fail_fsync != 0) {
		errno = fail_fsync;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

int
renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	remember("renameat");
	return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

int
flock(int fd, int operation)
{
	if (rename_before_lock[0] != NULL)
		assert_int_equal(rename(rename_before_lock[0], rename_before_lock[1]), 0);
	return (int)syscall(SYS_flock, fd, operation);
}

ssize_t
write(int fd, const void *data, size_t length)
{
	if (write_room >= 0 && fd > STDERR_FILENO) {
		if (write_room == 0) {
			errno = ENOSPC;
			return -1;
		}
		if (length > (size_t)write_room)
			length = (size_t)write_room;
		write_room -= (ssize_t)length;
	}
	return syscall(SYS_write, fd, data, length);
}

struct fixture {
	char *root;
	struct store *store;
	struct arena *arena;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fail_fdatasync = fail_fsync = 0;
	write_room = -1;
	rename_before_lock[0] = NULL;
	f->root = directory_make();
	f->arena = arena_new();
	f->store = store_fixture(f->root);
	calls[0] = '\0';
	*state = f;
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

static struct upload *
open_upload(struct fixture *f, int64_t file, int64_t received)
{
	struct upload *up = upload_open(f->store, file, received, NULL);

	assert_non_null(up);
	return up;
}

static void
put(struct upload *up, const char *text)
{
	assert_true(upload_write(up, text, strlen(text), NULL));
}

static bool
exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static bool
is_digest_of(const struct digest *digest, const char *text)
{
	struct digest want;

	digest_of(&want, digest->algorithm, text, strlen(text));
	return digest_equal(digest, &want);
}

static void
what_is_written_is_hashed_on_the_way(void **state)
{
	struct upload *up = open_upload(*state, 5, 0);
	struct digest digest;

	upload_hash(up, DIGEST_SHA256);
	put(up, "one ");
	put(up, "two");
	assert_int_equal(upload_length(up), 7);
	assert_true(upload_running_digest(up, &digest));
	assert_true(is_digest_of(&digest, "one two"));
	assert_true(upload_digest(up, DIGEST_SHA512, &digest, NULL)); /* by reading the file */
	assert_int_equal(digest.algorithm, DIGEST_SHA512);
	assert_true(is_digest_of(&digest, "one two"));
	upload_close(up);
}

static void
a_session_goes_on_where_it_stopped(void **state)
{
	struct fixture *f = *state;
	struct upload *up = open_upload(f, 5, 0);
	struct digest digest;

	put(up, "one ");
	upload_close(up);
	up = open_upload(f, 5, 4);
	upload_hash(up, DIGEST_SHA256);
	assert_false(upload_running_digest(up, &digest)); /* it would miss the first bytes */
	put(up, "two");
	assert_true(upload_digest(up, DIGEST_SHA256, &digest, NULL));
	assert_true(is_digest_of(&digest, "one two"));
	upload_close(up);
}

static void
unacknowledged_bytes_are_cut(void **state)
{
	struct fixture *f = *state;
	struct upload *up = open_upload(f, 5, 0);
	struct digest digest;

	upload_hash(up, DIGEST_SHA256);
	put(up, "one ");
	put(up, "crash");
	assert_true(upload_truncate(up, 4, NULL));
	assert_int_equal(upload_length(up), 4);
	assert_false(upload_running_digest(up, &digest)); /* it covers bytes that were removed */
	put(up, "two");
	assert_true(upload_digest(up, DIGEST_SHA256, &digest, NULL));
	assert_true(is_digest_of(&digest, "one two"));
	upload_close(up);
}

static void
lost_bytes_are_noticed(void **state)
{
	struct fixture *f = *state;
	struct upload *up = open_upload(f, 5, 0);
	struct error err = { 0 };

	put(up, "one");
	upload_close(up);
	assert_null(upload_open(f->store, 5, 4, &err));
	assert_int_equal(err.code, ERROR_BLOB_UPLOAD_UNKNOWN);
	assert_null(upload_open(f->store, 6, 1, &err)); /* no file at all */
	assert_int_equal(err.code, ERROR_BLOB_UPLOAD_UNKNOWN);
	assert_false(exists(store_upload_path(f->store, f->arena, 6)));
}

static void
two_requests_cannot_write_one_upload(void **state)
{
	struct fixture *f = *state;
	struct upload *up = open_upload(f, 5, 0);
	struct error err = { 0 };

	assert_null(upload_open(f->store, 5, 0, &err));
	assert_int_equal(err.code, ERROR_CONFLICT);
	upload_close(up);
	upload_close(open_upload(f, 5, 0));
}

static void
a_file_published_while_we_waited_is_not_taken(void **state)
{
	struct fixture *f = *state;
	struct upload *up = open_upload(f, 5, 0);
	struct error err = { 0 };

	put(up, "bytes");
	upload_close(up);
	rename_before_lock[0] = store_upload_path(f->store, f->arena, 5);
	rename_before_lock[1] = arena_printf(f->arena, "%s/blobs/published", f->root);
	assert_null(upload_open(f->store, 5, 0, &err));
	assert_int_equal(err.code, ERROR_CONFLICT);
}

static void
publishing_syncs_file_then_renames_then_syncs_directory(void **state)
{
	struct fixture *f = *state;
	struct upload *up = open_upload(f, 5, 0);
	struct digest digest, found;
	int64_t size;

	upload_hash(up, DIGEST_SHA256);
	put(up, "bytes");
	assert_true(upload_digest(up, DIGEST_SHA256, &digest, NULL));
	assert_false(upload_is_published(f->store, &digest, 5));
	assert_true(upload_publish(up, &digest, NULL));
	assert_string_equal(calls, "fdatasync renameat fsync ");
	assert_false(upload_truncate(up, 0, NULL)); /* the bytes are a blob now */
	assert_false(upload_write(up, "x", 1, NULL));
	upload_close(up);
	assert_true(upload_is_published(f->store, &digest, 5));
	assert_false(exists(store_upload_path(f->store, f->arena, 5)));
	assert_true(store_blob_digest(f->store, &digest, 5, &found, &size, NULL));
	assert_true(digest_equal(&digest, &found));
	assert_int_equal(size, 5);
}

static void
a_failed_sync_removes_the_file_and_is_not_repeated(void **state)
{
	struct fixture *f = *state;
	struct upload *up = open_upload(f, 5, 0);
	struct error err = { 0 };
	struct digest digest;

	put(up, "bytes");
	digest_of(&digest, DIGEST_SHA256, "bytes", 5);
	fail_fdatasync = EIO;
	assert_false(upload_publish(up, &digest, &err));
	assert_int_equal(err.code, ERROR_INTERNAL);
	fail_fdatasync = 0;
	assert_false(upload_publish(up, &digest, &err));
	assert_string_equal(calls, "fdatasync ");
	upload_close(up);
	assert_false(exists(store_upload_path(f->store, f->arena, 5)));
	assert_false(upload_is_published(f->store, &digest, 5));
}

static void
a_sync_that_finds_the_disk_full_says_so(void **state)
{
	struct upload *up = open_upload(*state, 5, 0);
	struct error err = { 0 };
	struct digest digest;

	put(up, "bytes");
	digest_of(&digest, DIGEST_SHA256, "bytes", 5);
	fail_fdatasync = ENOSPC;
	assert_false(upload_publish(up, &digest, &err));
	assert_int_equal(err.code, ERROR_STORAGE_FULL);
	upload_close(up);
}

static void
a_file_whose_directory_cannot_be_synced_is_left_to_its_row(void **state)
{
	struct fixture *f = *state;
	struct upload *up = open_upload(f, 5, 0);
	struct error err = { 0 };
	struct digest digest;

	put(up, "bytes");
	digest_of(&digest, DIGEST_SHA256, "bytes", 5);
	fail_fsync = EIO;
	assert_false(upload_publish(up, &digest, &err));
	assert_int_equal(err.code, ERROR_INTERNAL);
	assert_false(upload_publish(up, &digest, &err)); /* a failed sync is not retried */
	assert_string_equal(calls, "fdatasync renameat fsync ");
	upload_close(up);
	assert_true(upload_is_published(f->store, &digest, 5));
	assert_false(exists(store_upload_path(f->store, f->arena, 5)));
}

/* The state after a request that died between rename and fsync. */
static struct digest
publish_unsynced(struct fixture *f, const char *bytes)
{
	struct upload *up = open_upload(f, 5, 0);
	struct digest digest;

	put(up, bytes);
	upload_close(up);
	digest_of(&digest, DIGEST_SHA256, "bytes", 5);
	assert_int_equal(rename(store_upload_path(f->store, f->arena, 5),
			     store_blob_path(f->store, f->arena, &digest, 5)),
	    0);
	return digest;
}

static void
a_published_file_is_hashed_and_synced_again(void **state)
{
	struct fixture *f = *state;
	struct digest digest = publish_unsynced(f, "bytes");
	int64_t size = 0;

	assert_true(upload_republish(f->store, &digest, 5, &size, NULL));
	assert_int_equal(size, 5);
	assert_string_equal(calls, "fsync ");
}

static void
a_published_file_of_other_bytes_is_refused(void **state)
{
	struct fixture *f = *state;
	struct digest digest = publish_unsynced(f, "byte");
	struct error err = { 0 };
	int64_t size;

	assert_false(upload_republish(f->store, &digest, 5, &size, &err));
	assert_int_equal(err.code, ERROR_BLOB_UPLOAD_UNKNOWN);
	assert_true(upload_is_published(f->store, &digest, 5));
}

static void
a_published_file_whose_directory_cannot_be_synced_is_left_to_its_row(void **state)
{
	struct fixture *f = *state;
	struct digest digest = publish_unsynced(f, "bytes");
	struct error err = { 0 };
	int64_t size;

	fail_fsync = EIO;
	assert_false(upload_republish(f->store, &digest, 5, &size, &err));
	assert_int_equal(err.code, ERROR_INTERNAL);
	assert_true(upload_is_published(f->store, &digest, 5));
}

static void
a_full_disk_keeps_what_was_acknowledged(void **state)
{
	struct upload *up = open_upload(*state, 5, 0);
	struct error err = { 0 };
	struct digest digest;

	upload_hash(up, DIGEST_SHA256);
	put(up, "one ");
	write_room = 2;
	assert_false(upload_write(up, "two", 3, &err));
	assert_int_equal(err.code, ERROR_STORAGE_FULL);
	assert_int_equal(upload_length(up), 4);
	write_room = -1;
	put(up, "two");
	assert_true(upload_running_digest(up, &digest));
	assert_true(is_digest_of(&digest, "one two"));
	assert_true(upload_digest(up, DIGEST_SHA512, &digest, NULL));
	assert_true(is_digest_of(&digest, "one two"));
	upload_close(up);
}

static void
a_cancelled_upload_cannot_be_published(void **state)
{
	struct fixture *f = *state;
	struct upload *up = open_upload(f, 5, 0);
	struct error err = { 0 };
	struct digest digest;

	put(up, "bytes");
	assert_true(upload_unlink(f->store, 5, NULL));
	assert_true(upload_unlink(f->store, 5, NULL)); /* missing is fine */
	digest_of(&digest, DIGEST_SHA256, "bytes", 5);
	assert_false(upload_publish(up, &digest, &err));
	assert_int_equal(err.code, ERROR_BLOB_UPLOAD_UNKNOWN);
	upload_close(up);
}

static void
large_uploads_pass_the_flush_step(void **state)
{
	struct upload *up = open_upload(*state, 5, 0);
	size_t size = 3 * 1024 * 1024;
	char *piece = calloc(1, size);
	struct digest running, read;

	upload_hash(up, DIGEST_SHA256);
	for (int i = 0; i < 6; i++)
		assert_true(upload_write(up, piece, size, NULL));
	assert_int_equal(upload_length(up), (int64_t)(6 * size));
	assert_true(upload_running_digest(up, &running));
	upload_close(up);
	up = open_upload(*state, 5, (int64_t)(6 * size));
	assert_true(upload_digest(up, DIGEST_SHA256, &read, NULL));
	assert_true(digest_equal(&running, &read));
	upload_close(up);
	free(piece);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_hashed_on_the_way),
		TEST(a_session_goes_on_where_it_stopped),
		TEST(unacknowledged_bytes_are_cut),
		TEST(lost_bytes_are_noticed),
		TEST(two_requests_cannot_write_one_upload),
		TEST(a_file_published_while_we_waited_is_not_taken),
		TEST(publishing_syncs_file_then_renames_then_syncs_directory),
		TEST(a_failed_sync_removes_the_file_and_is_not_repeated),
		TEST(a_sync_that_finds_the_disk_full_says_so),
		TEST(a_file_whose_directory_cannot_be_synced_is_left_to_its_row),
		TEST(a_published_file_is_hashed_and_synced_again),
		TEST(a_published_file_of_other_bytes_is_refused),
		TEST(a_published_file_whose_directory_cannot_be_synced_is_left_to_its_row),
		TEST(a_full_disk_keeps_what_was_acknowledged),
		TEST(a_cancelled_upload_cannot_be_published),
		TEST(large_uploads_pass_the_flush_step),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("upload", tests, NULL, NULL);
}
