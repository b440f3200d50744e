/*
 * Upload sessions whose directory cannot be synced, while another request repeats the same PUT: the
 * file is removed unless a row names it.
 */
#include "fixture.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "db/maintenance.h"
#include "directory.h"
#include "registry/push.h"
#include "registry/session.h"
#include "store/upload.h"
#include "store_fixture.h"

/* The next fsync of a directory first calls `rival`, then fails with `error`. */
static struct {
	void (*rival)(void);
	int error; /* errno, or 0 */
} next_sync;

static struct registry registry;
static struct request_scope scope;
static const char *uuid;
static struct digest digest;
static bool rival_done; /* the rival's PUT was acknowledged */

int
fsync(int fd)
{
	void (*rival)(void) = next_sync.rival;
	int error = next_sync.error;

	next_sync.rival = NULL;
	next_sync.error = 0;
	if (rival != NULL)
		rival();
	errno = error;
	return error != 0 ? -1 : (int)syscall(SYS_fsync, fd);
}

static bool
repeat_put(void)
{
	struct session *session;
	struct error err = { 0 };

	return registry_session_require(&scope, "app", uuid, &session, &err) &&
	       session_accepts(session, &digest, &err) && session_commit(session, &digest, &err);
}

static void
rival_repeats(void)
{
	rival_done = repeat_put();
}

static void
rival_fails_to_sync(void)
{
	next_sync.error = EIO;
	rival_repeats();
}

static bool
put(struct fixture *f)
{
	const char *content = unique(f, "content");
	struct session *session;

	digest = digest_of_text(content);
	rival_done = false;
	assert_true(registry_session_start(&scope, "app", DIGEST_SHA256, &session, &f->err));
	uuid = session_uuid(session);
	assert_true(session_write(session, content, strlen(content), &f->err));
	return session_commit(session, &digest, &f->err);
}

/* True if, after the removal queue is processed, the blob has its file. */
static bool
is_blob(struct fixture *f)
{
	const char *hex = strchr(digest.text, ':') + 1;
	int64_t file = strtol(
	    ask(f, "SELECT max(file_id) FROM blob WHERE digest = '\\x%s'", hex), NULL, 10);
	struct file_row *rows;
	size_t count;

	ask(f, "UPDATE gc_unlink SET not_before = now()");
	assert_true(db_unlinks_due(&f->db, 1000, &rows, &count, &f->err));
	for (size_t i = 0; i < count; i++)
		if (rows[i].has_digest)
			assert_true(store_blob_unlink(
			    registry.store, &rows[i].digest, rows[i].file, &f->err));
	return store_blob_size(registry.store, &digest, file) > 0;
}

static void
a_session_whose_directory_cannot_be_synced_ends(void **state)
{
	struct fixture *f = *state;

	next_sync.error = EIO;
	assert_false(put(f));
	assert_int_equal(f->err.code, ERROR_INTERNAL);
	assert_false(repeat_put());
	assert_false(is_blob(f));
}

static void
its_file_stays_if_another_request_has_written_the_row(void **state)
{
	struct fixture *f = *state;

	next_sync.rival = rival_repeats;
	next_sync.error = EIO;
	assert_false(put(f));
	assert_true(rival_done);
	assert_true(is_blob(f));
}

static void
a_repetition_that_cannot_be_synced_ends_the_session_for_both(void **state)
{
	struct fixture *f = *state;

	next_sync.rival = rival_fails_to_sync;
	assert_false(put(f));
	assert_int_equal(f->err.code, ERROR_BLOB_UPLOAD_UNKNOWN);
	assert_false(rival_done);
	assert_false(is_blob(f));
}

static void
a_committed_session_accepts_the_same_put_only(void **state)
{
	struct fixture *f = *state;
	struct digest other = digest_of_text("other");
	const struct principal admin = scope.principal;
	struct session *session;

	assert_true(put(f));
	assert_true(repeat_put());
	assert_true(registry_session_require(&scope, "app", uuid, &session, &f->err));
	assert_true(session_accepts(session, &digest, &f->err));
	assert_true(session_write(session, "more", 4, &f->err)); /* dropped */
	assert_true(session_commit(session, &digest, &f->err));
	assert_false(session_accepts(session, &other, &f->err));
	assert_false(session_accepts(session, NULL, &f->err));
	assert_false(session_cancel(session, &f->err));
	assert_false(registry_session_require(&scope, "other", uuid, &session, &f->err));
	scope.principal = account_make(f, ACTION_WRITE, scope.key);
	assert_false(repeat_put());
	scope.principal = admin;
	assert_string_equal(ask(f, "SELECT count(*) FROM upload WHERE id = '%s'", uuid), "0");
	assert_true(is_blob(f));
}

static void
a_committed_session_whose_blob_is_gone_is_over(void **state)
{
	struct fixture *f = *state;

	assert_true(put(f));
	ask(f, "DELETE FROM image_blob");
	assert_false(repeat_put());
}

static char *root;

static int
setup(void **state)
{
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	root = directory_make();
	registry = (struct registry){ .db = &f->db, .store = store_fixture(root) };
	scope = (struct request_scope){
		.registry = &registry,
		.key = local_make(f),
		.version = 2,
		.principal = f->admin,
		.actor = f->actor,
	};
	return registry.store == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	store_close(registry.store);
	directory_remove(root);
	return fixture_teardown(state);
}

#define SESSION_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SESSION_TEST(a_session_whose_directory_cannot_be_synced_ends),
		SESSION_TEST(its_file_stays_if_another_request_has_written_the_row),
		SESSION_TEST(a_repetition_that_cannot_be_synced_ends_the_session_for_both),
		SESSION_TEST(a_committed_session_accepts_the_same_put_only),
		SESSION_TEST(a_committed_session_whose_blob_is_gone_is_over),
	};

	return FIXTURE_RUN("session", tests);
}
