#include "store/store.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory.h"
#include "store/walk.h"
#include "store_fixture.h"

struct fixture {
	char *root;
	struct store *store;
	struct arena *arena;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->root = directory_make();
	f->arena = arena_new();
	f->store = store_fixture(f->root);
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

/* Make a file with these bytes below the root. */
static void
put(struct fixture *f, const char *name, const char *bytes)
{
	int fd = open(
	    arena_printf(f->arena, "%s/%s", f->root, name), O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
	close(fd);
}

/* "blobs/sha256/ab/abc….FILE" of these bytes. */
static const char *
blob_name(struct fixture *f, const char *bytes, int64_t file, struct digest *digest)
{
	digest_of(digest, DIGEST_SHA256, bytes, strlen(bytes));
	return store_blob_path(f->store, f->arena, digest, file) + strlen(f->root) + 1;
}

static void
every_shard_is_there_from_the_start(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(stat(arena_printf(f->arena, "%s/blobs/sha256/00", f->root), &st), 0);
	assert_int_equal(stat(arena_printf(f->arena, "%s/blobs/sha256/ff", f->root), &st), 0);
	assert_int_equal(stat(arena_printf(f->arena, "%s/blobs/sha512/a9", f->root), &st), 0);
	assert_int_equal(st.st_mode & 07, 0);
	assert_int_equal(stat(arena_printf(f->arena, "%s/uploads", f->root), &st), 0);
}

static void
paths_are_absolute_and_built_from_digest_and_file(void **state)
{
	struct fixture *f = *state;
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, "", 0);
	assert_string_equal(store_blob_path(f->store, f->arena, &digest, 42),
	    arena_printf(
		f->arena, "%s/blobs/sha256/e3/%s.42", f->root, digest.text + strlen("sha256:")));
	digest_of(&digest, DIGEST_SHA512, "", 0);
	assert_string_equal(store_blob_path(f->store, f->arena, &digest, INT64_MAX),
	    arena_printf(f->arena, "%s/blobs/sha512/cf/%s.%" PRId64, f->root,
		digest.text + strlen("sha512:"), INT64_MAX));
	assert_string_equal(store_upload_path(f->store, f->arena, 7),
	    arena_printf(f->arena, "%s/uploads/7", f->root));
}

static void
a_missing_blob_has_no_size_and_is_gone_already(void **state)
{
	struct fixture *f = *state;
	struct digest digest, found;
	struct error err = { 0 };
	int64_t size;

	digest_of(&digest, DIGEST_SHA256, "x", 1);
	assert_int_equal(store_blob_size(f->store, &digest, 1), -1);
	assert_int_equal(errno, ENOENT);
	assert_true(store_blob_unlink(f->store, &digest, 1, NULL));
	assert_false(store_blob_digest(f->store, &digest, 1, &found, &size, &err));
	assert_int_equal(err.code, ERROR_INTERNAL);
}

static void
a_damaged_blob_hashes_to_something_else(void **state)
{
	struct fixture *f = *state;
	struct digest digest, found;
	int64_t size;

	put(f, blob_name(f, "bytes", 3, &digest), "bytes");
	assert_int_equal(store_blob_size(f->store, &digest, 3), 5);
	assert_true(store_blob_digest(f->store, &digest, 3, &found, &size, NULL));
	assert_true(digest_equal(&digest, &found));
	assert_int_equal(size, 5);

	put(f, blob_name(f, "bytes", 4, &digest), "bytez");
	assert_true(store_blob_digest(f->store, &digest, 4, &found, &size, NULL));
	assert_false(digest_equal(&digest, &found));

	assert_true(store_blob_unlink(f->store, &digest, 3, NULL));
	assert_int_equal(store_blob_size(f->store, &digest, 3), -1);
	assert_int_equal(
	    store_blob_size(f->store, &digest, 4), 5); /* another file of that digest */
}

struct seen {
	int blobs, uploads, strays, most;
	int64_t last;
	char stray[4096];
};

static bool
count(void *context, const char *path, const struct digest *digest, int64_t file, int64_t size)
{
	struct seen *seen = context;

	(void)size;
	if (file == -1) {
		assert_null(digest);
		snprintf(seen->stray, sizeof(seen->stray), "%s", path);
		seen->strays++;
	} else if (digest != NULL) {
		seen->blobs++;
		seen->last = file;
	} else {
		seen->uploads++;
		seen->last = file;
	}
	return seen->blobs + seen->uploads + seen->strays != seen->most;
}

static void
the_walk_tells_blobs_uploads_and_strays_apart(void **state)
{
	struct fixture *f = *state;
	struct seen seen = { 0 };
	struct digest digest;

	put(f, blob_name(f, "bytes", 3, &digest), "bytes");
	put(f, "uploads/12", "half");
	assert_true(store_walk(f->store, count, &seen, NULL));
	assert_int_equal(seen.blobs, 1);
	assert_int_equal(seen.uploads, 1);
	assert_int_equal(seen.strays, 0);
}

static void
a_name_that_is_not_exactly_ours_is_a_stray(void **state)
{
	struct fixture *f = *state;
	struct digest digest;
	const char *hex;
	const char *names[12];
	int count_names = 0;

	digest_of(&digest, DIGEST_SHA256, "bytes", 5); /* 277089d9… */
	hex = digest.text + strlen("sha256:");
	assert_memory_equal(hex, "27", 2);
	names[count_names++] = arena_printf(f->arena, "blobs/sha256/28/%s.1", hex); /* shard */
	names[count_names++] = arena_printf(f->arena, "blobs/sha256/27/%s", hex);
	names[count_names++] = arena_printf(f->arena, "blobs/sha256/27/%s.", hex);
	names[count_names++] = arena_printf(f->arena, "blobs/sha256/27/%s.01", hex);
	names[count_names++] = arena_printf(f->arena, "blobs/sha256/27/%s.1x", hex);
	names[count_names++] = arena_printf(
	    f->arena, "blobs/sha256/27/%s.9223372036854775808", hex);
	names[count_names++] = arena_printf(f->arena, "blobs/sha512/27/%s.1", hex);
	names[count_names++] = arena_printf(f->arena, "blobs/sha256/27/%.62sAB.1", hex);
	names[count_names++] = "blobs/sha256/27/README";
	names[count_names++] = "blobs/lost";
	names[count_names++] = "uploads/0";
	names[count_names++] = "uploads/-1";
	for (int i = 0; i < count_names; i++) {
		struct seen seen = { 0 };

		put(f, names[i], "");
		assert_true(store_walk(f->store, count, &seen, NULL));
		assert_int_equal(seen.strays, 1);
		assert_string_equal(seen.stray, names[i]);
		assert_int_equal(unlink(arena_printf(f->arena, "%s/%s", f->root, names[i])), 0);
	}
}

static void
a_link_is_a_stray_and_is_not_followed(void **state)
{
	struct fixture *f = *state;
	struct seen seen = { 0 };

	assert_int_equal(symlink("/etc", arena_printf(f->arena, "%s/uploads/1", f->root)), 0);
	assert_true(store_walk(f->store, count, &seen, NULL));
	assert_int_equal(seen.strays, 1);
	assert_int_equal(seen.uploads, 0);
}

static void
the_walk_stops_when_told(void **state)
{
	struct fixture *f = *state;
	struct seen seen = { .most = 2 };

	for (int i = 1; i < 6; i++)
		put(f, arena_printf(f->arena, "uploads/%d", i), "");
	assert_true(store_walk(f->store, count, &seen, NULL));
	assert_int_equal(seen.uploads, 2);
}

static void
a_ready_store_leaves_no_probe_behind(void **state)
{
	struct fixture *f = *state;
	struct seen seen = { 0 };
	struct error full = { 0 };

	assert_true(store_ready(f->store, 0, &full, NULL));
	assert_int_equal(full.code, ERROR_NONE);
	assert_true(store_walk(f->store, count, &seen, NULL));
	assert_int_equal(seen.strays, 0);
}

static void
too_little_space_is_for_no_push(void **state)
{
	struct fixture *f = *state;
	struct error full = { 0 };

	assert_true(store_ready(f->store, INT64_MAX, &full, NULL));
	assert_int_equal(full.code, ERROR_UNAVAILABLE);
}

static void
a_store_that_cannot_rename_is_not_ready(void **state)
{
	struct fixture *f = *state;
	struct error err = { 0 }, full = { 0 };

	assert_int_equal(rename(arena_printf(f->arena, "%s/blobs", f->root),
			     arena_printf(f->arena, "%s/away", f->root)),
	    0);
	assert_false(store_ready(f->store, 0, &full, &err));
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_shard_is_there_from_the_start),
		TEST(paths_are_absolute_and_built_from_digest_and_file),
		TEST(a_missing_blob_has_no_size_and_is_gone_already),
		TEST(a_damaged_blob_hashes_to_something_else),
		TEST(the_walk_tells_blobs_uploads_and_strays_apart),
		TEST(a_name_that_is_not_exactly_ours_is_a_stray),
		TEST(a_link_is_a_stray_and_is_not_followed),
		TEST(the_walk_stops_when_told),
		TEST(a_ready_store_leaves_no_probe_behind),
		TEST(too_little_space_is_for_no_push),
		TEST(a_store_that_cannot_rename_is_not_ready),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
