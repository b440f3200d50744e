/*
 * Two requests publish the same bytes, in every order of their steps. At the start the bytes are in
 * both files; each request inserts its row and settles with the file that the row names. Between
 * the steps a session may be cancelled, and maintenance removes files that are due. Afterwards an
 * acknowledged blob has its file, and every other file is removed.
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "db/maintenance.h"
#include "directory.h"
#include "registry/duplicate.h"
#include "store/upload.h"
#include "store/walk.h"
#include "store_fixture.h"

enum holder { HOLDER_NONE, HOLDER_GOOD, HOLDER_MISSING, HOLDER_SHORT, HOLDER_STATES };
enum rival { RIVAL_SAME_SESSION, RIVAL_OTHER_SESSION, RIVAL_CANCEL, RIVALS };

struct scene {
	struct fixture *f;
	struct store *store;
	const char *content;
	struct digest digest;
};

struct request {
	struct scene *scene;
	struct upload_row *row;
	bool cancels;
	int64_t holder;
	bool won, acknowledged;
};

/* 'a' and 'b' are the steps of the first request, 'c' and 'd' those of the second. Upper case: the
 * second step of the other request runs inside this one, after it has looked at the holder's file.
 */
static const char *const orders[] = { "abcd", "acbd", "acdb", "cabd", "cadb", "cdab", "acB", "acD",
	"caB", "caD" };

static struct request *within; /* runs its second step when the other request looks at a file */

static void settle(struct request *);

int
fstatat(int fd, const char *path, struct stat *st, int flags)
{
	struct request *request = within;
	int result = (int)syscall(SYS_newfstatat, fd, path, st, flags), error = errno;

	within = NULL;
	if (request != NULL)
		settle(request);
	errno = error;
	return result;
}

static int64_t
size_of(const struct scene *scene, int64_t file)
{
	return store_blob_size(scene->store, &scene->digest, file);
}

/* --- Steps of a request --- */

static void
record(struct request *request)
{
	struct fixture *f = request->scene->f;

	if (request->cancels) {
		bool found;

		assert_true(db_upload_end(&f->db, request->row, &found, &f->err));
		return;
	}
	assert_true(db_blob_publish(&f->db, request->row, &request->scene->digest,
	    (int64_t)strlen(request->scene->content), &request->holder, &request->won, &f->err));
}

static void
settle(struct request *request)
{
	struct scene *scene = request->scene;

	request->acknowledged = request->won &&
				(request->holder == request->row->file ||
				    registry_duplicate_settle(&scene->f->db, scene->store,
					&scene->digest, request->row->file,
					(int64_t)strlen(request->scene->content), &request->holder,
					&scene->f->err));
}

static void
run_unlinks(struct scene *scene)
{
	struct fixture *f = scene->f;
	struct file_row *rows;
	size_t count;

	assert_true(db_unlinks_due(&f->db, 1000, &rows, &count, &f->err));
	for (size_t i = 0; i < count; i++) {
		assert_true(upload_unlink(scene->store, rows[i].file, &f->err));
		if (rows[i].has_digest)
			assert_true(store_blob_unlink(
			    scene->store, &rows[i].digest, rows[i].file, &f->err));
		assert_true(db_unlink_done(&f->db, rows[i].file, &f->err));
	}
}

static void
step(struct request requests[2], char name)
{
	bool nested = name == 'B' || name == 'D';
	struct request *request = &requests[strchr("abAB", name) == NULL];

	if (name == 'a' || name == 'c') {
		record(request);
	} else {
		struct request *other = nested ? &requests[request == requests] : NULL;

		within = other;
		settle(request);
		if (within != NULL) { /* no file was looked at */
			within = NULL;
			settle(other);
		}
	}
	run_unlinks(request->scene);
}

/* --- Set-up and checks --- */

static struct upload_row *
session(struct scene *scene, const struct target *target)
{
	struct fixture *f = scene->f;
	struct upload_row *row;
	struct upload *up;
	bool found;

	assert_true(db_upload_start(
	    &f->db, target, "app", f->admin.account, 0, DIGEST_SHA256, &row, &f->err));
	up = upload_open(scene->store, row->file, 0, &f->err);
	assert_non_null(up);
	assert_true(upload_write(up, scene->content, strlen(scene->content), &f->err));
	assert_true(db_upload_seal(&f->db, row, &scene->digest, &found, &f->err));
	assert_true(upload_publish(up, &scene->digest, &f->err));
	upload_close(up);
	return row;
}

static void
make_holder(struct scene *scene, const struct target *target, enum holder holder)
{
	struct request request = { .scene = scene, .row = session(scene, target) };
	const char *path = store_blob_path(
	    scene->store, scene->f->db.arena, &scene->digest, request.row->file);

	record(&request);
	if (holder == HOLDER_MISSING)
		assert_int_equal(unlink(path), 0);
	if (holder == HOLDER_SHORT)
		assert_int_equal(truncate(path, 1), 0);
}

static bool
visit(void *context, const char *path, const struct digest *digest, int64_t file, int64_t size)
{
	(void)path;
	(void)digest;
	(void)file;
	(void)size;
	++*(int *)context;
	return true;
}

/* Make everything in the queue due. */
static void
prove(struct scene *scene, const struct request requests[2], const char *play)
{
	struct fixture *f = scene->f;
	int64_t named;
	int files = 0;

	ask(f, "UPDATE gc_unlink SET not_before = now()");
	run_unlinks(scene);
	named = strtol(ask(f, "SELECT max(file_id) FROM blob WHERE digest = '\\x%s'",
			   strchr(scene->digest.text, ':') + 1),
	    NULL, 10);
	if ((requests[0].acknowledged || requests[1].acknowledged) &&
	    size_of(scene, named) != (int64_t)strlen(scene->content))
		fail_msg("%s: acknowledged, and the file is gone", play);
	assert_true(store_walk(scene->store, visit, &files, &f->err));
	if (files > 1 || (files == 1 && size_of(scene, named) == -1))
		fail_msg("%s: files without an owner are left", play);
	assert_true(store_blob_unlink(scene->store, &scene->digest, named, &f->err));
}

static void
play(
    struct fixture *f, struct store *store, enum holder holder, enum rival rival, const char *order)
{
	const char *content = unique(f, "content");
	struct scene scene = { f, store, content, digest_of_text(content) };
	struct target target = target_of(f, local_make(f), "app", f->admin);
	struct request requests[2] = { { .scene = &scene }, { .scene = &scene } };

	if (holder != HOLDER_NONE)
		make_holder(&scene, &target, holder);
	requests[0].row = session(&scene, &target);
	requests[1].row = rival == RIVAL_OTHER_SESSION ? session(&scene, &target) : requests[0].row;
	requests[1].cancels = rival == RIVAL_CANCEL;
	for (const char *name = order; *name != '\0'; name++)
		step(requests, *name);
	prove(&scene, requests,
	    arena_printf(f->db.arena, "holder %d, rival %d, order %s", holder, rival, order));
}

static void
an_acknowledged_blob_keeps_its_file_in_every_order(void **state)
{
	char *root = directory_make();
	struct store *store = store_fixture(root);

	assert_non_null(store);
	for (int holder = 0; holder < HOLDER_STATES; holder++)
		for (int rival = 0; rival < RIVALS; rival++)
			for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
				play(*state, store, (enum holder)holder, (enum rival)rival,
				    orders[i]);
	store_close(store);
	directory_remove(root);
}

static bool
is_due(struct fixture *f, int64_t file)
{
	struct file_row *rows;
	size_t count, found = 0;

	assert_true(db_unlinks_due(&f->db, 1000, &rows, &count, &f->err));
	for (size_t i = 0; i < count; i++)
		found += rows[i].file == file;
	return found == 1;
}

/* The transaction may wait for a standby to confirm its commit until the file is due. */
static void
a_file_that_is_being_taken_back_is_not_due(void **state)
{
	struct fixture *f = *state;
	int64_t file = strtol(ask(f, "INSERT INTO gc_unlink (file_id, not_before)"
				     " VALUES (nextval('file_id'), now()) RETURNING file_id"),
	    NULL, 10);

	ask(f, "BEGIN");
	ask(f, "DELETE FROM gc_unlink WHERE file_id = %" PRId64, file);
	assert_false(is_due(f, file));
	ask(f, "ROLLBACK");
	assert_true(is_due(f, file));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(an_acknowledged_blob_keeps_its_file_in_every_order),
		DB_TEST(a_file_that_is_being_taken_back_is_not_due),
	};

	return FIXTURE_RUN("duplicate", tests);
}
