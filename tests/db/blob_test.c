/* Blobs: found where permitted, published once, mounted, deleted; upload sessions belong to one
 * account and image. */
#include "fixture.h"

#include <inttypes.h>
#include <stdlib.h>

#include "db/fetch.h"

static struct blob_row *
find(struct fixture *f, const char *key, const char *name, struct digest digest,
    struct principal principal, struct access_decision *decision)
{
	bool more;
	struct blob_row *row;

	assert_true(db_blob_find(
	    &f->db, key, name, &digest, &principal, false, decision, &row, &more, &f->err));
	return row;
}

static void
a_blob_is_found_under_its_name(void **state)
{
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);
	struct digest digest = blob_make(f, second, "a", unique(f, "content"));
	struct access_decision decision;
	struct blob_row *row = find(f, key, "a", digest, f->admin, &decision);

	assert_non_null(row);
	assert_true(decision.allowed && decision.repository_known && decision.principal_valid);
	assert_string_equal(row->repository, second);
	assert_true(digest_equal(&row->digest, &digest));
	assert_true(row->file > 0 && row->size > 0);
	assert_null(find(f, key, "b", digest, f->admin, &decision));
	assert_true(decision.allowed);
	assert_null(find(f, first, "a", digest, f->admin, &decision));
	assert_null(find(f, "nowhere", "a", digest, f->admin, &decision));
	assert_false(decision.repository_known || decision.allowed);
}

static void
a_blob_is_not_found_without_the_right(void **state)
{
	struct fixture *f = *state;
	const char *private = local_make(f), *public = local_make(f);
	struct digest digest = blob_make(f, private, "a", unique(f, "content"));
	struct principal reader = account_make(f, ACTION_READ, public),
			 stale = account_make(f, ACTION_READ, private);
	struct access_decision decision;

	blob_make(f, public, "a", unique(f, "other content"));
	assert_null(find(f, public, "a", digest, reader, &decision));
	assert_true(decision.allowed);
	assert_null(find(f, private, "a", digest, reader, &decision));
	assert_false(decision.allowed);
	assert_non_null(find(f, private, "a", digest, stale, &decision));
	stale.epoch++;
	assert_null(find(f, private, "a", digest, stale, &decision));
	assert_false(decision.principal_valid || decision.allowed);
}

static void
a_blacked_out_repository_serves_nothing(void **state)
{
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);
	struct digest digest = blob_make(f, first, "a", unique(f, "content"));
	struct access_decision decision;

	ask(f, "UPDATE repository SET blacked_out = true WHERE key = '%s'", first);
	assert_null(find(f, first, "a", digest, f->admin, &decision));
	assert_true(decision.repository_known && decision.blacked_out);
	assert_null(find(f, key, "a", digest, f->admin, &decision));
	assert_false(decision.blacked_out);
}

static void
a_bad_blob_is_not_served_and_a_push_heals_it(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *content = unique(f, "content");
	struct digest digest = blob_make(f, key, "a", content);
	struct access_decision decision;
	int64_t file = find(f, key, "a", digest, f->admin, &decision)->file;

	ask(f, "UPDATE blob SET bad = true WHERE file_id = %" PRId64, file);
	assert_null(find(f, key, "a", digest, f->admin, &decision));
	blob_make(f, key, "a", content);
	assert_int_not_equal(find(f, key, "a", digest, f->admin, &decision)->file, file);
	assert_string_equal(
	    ask(f, "SELECT count(*) FROM gc_unlink WHERE file_id = %" PRId64, file), "1");
}

static int64_t
due_in_hours(struct fixture *f, struct digest digest)
{
	return strtol(
	    ask(f,
		"SELECT round(extract(epoch FROM due - now()) / 3600) FROM gc_blob JOIN blob ON id = blob_id"
		" WHERE digest = '\\x%s'",
		strchr(digest.text, ':') + 1),
	    NULL, 10);
}

static void
only_a_pusher_postpones_collection(void **state)
{
	bool more;
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct digest digest = blob_make(f, key, "a", unique(f, "content"));
	struct access_decision decision;
	struct blob_row *row;

	assert_int_equal(due_in_hours(f, digest), 24);
	ask(f, "UPDATE gc_blob SET due = now() + interval '1 minute'");
	find(f, key, "a", digest, f->admin, &decision);
	assert_int_equal(due_in_hours(f, digest), 0);
	assert_true(db_blob_find(
	    &f->db, key, "a", &digest, &f->admin, true, &decision, &row, &more, &f->err));
	assert_non_null(row);
	assert_int_equal(due_in_hours(f, digest), 24);
}

/* --- Publishing --- */

static void
the_first_file_of_a_digest_stays(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *content = unique(f, "content");
	struct target target = target_of(f, key, "b", f->admin);
	struct digest digest = blob_make(f, key, "a", content);
	struct access_decision decision;
	struct upload_row *row;
	int64_t first = find(f, key, "a", digest, f->admin, &decision)->file, file;
	bool won;

	ask(f, "UPDATE gc_blob SET due = now()");
	assert_true(db_upload_start(
	    &f->db, &target, "b", f->admin.account, 0, DIGEST_SHA256, &row, &f->err));
	assert_true(
	    db_blob_publish(&f->db, row, &digest, (int64_t)strlen(content), &file, &won, &f->err));
	assert_true(won);
	assert_int_equal(file, first);
	assert_int_not_equal(file, row->file);
	assert_int_equal(due_in_hours(f, digest), 24);
	assert_non_null(find(f, key, "b", digest, f->admin, &decision));
}

static bool
is_queued(struct fixture *f, int64_t file)
{
	return strcmp(ask(f, "SELECT count(*) FROM gc_unlink WHERE file_id = %" PRId64, file),
		   "1") == 0;
}

/* Push a blob whose file is lost: it is replaced once, and the file is queued only if it existed.
 */
static void
lose_a_file(struct fixture *f, bool missing)
{
	const char *key = local_make(f), *content = unique(f, "content");
	struct target target = target_of(f, key, "a", f->admin);
	struct digest digest = blob_make(f, key, "a", content);
	struct access_decision decision;
	struct upload_row *row;
	int64_t lost = find(f, key, "a", digest, f->admin, &decision)->file, file;
	bool won, done;

	assert_true(db_upload_start(
	    &f->db, &target, "a", f->admin.account, 0, DIGEST_SHA256, &row, &f->err));
	assert_true(
	    db_blob_publish(&f->db, row, &digest, (int64_t)strlen(content), &file, &won, &f->err));
	assert_int_equal(file, lost);
	assert_true(is_queued(f, row->file)); /* it is a duplicate, and its process may die now */
	for (int tries = 0; tries < 2; tries++) {
		assert_true(
		    db_blob_replace(&f->db, &digest, lost, missing, row->file, 7, &done, &f->err));
		assert_true(
		    done); /* in the second pass another request of the session has replaced it */
		assert_int_equal(find(f, key, "a", digest, f->admin, &decision)->file, row->file);
	}
	assert_false(is_queued(f, row->file));
	assert_int_equal(is_queued(f, lost), !missing);
}

static void
a_lost_file_is_replaced_once(void **state)
{
	lose_a_file(*state, false);
}

static void
a_missing_file_is_replaced_and_not_queued(void **state)
{
	lose_a_file(*state, true);
}

static void
a_session_is_published_once(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct target target = target_of(f, key, "a", f->admin);
	struct digest digest = digest_of_text(unique(f, "content")),
		      other = digest_of_text(unique(f, "other"));
	struct upload_row *row;
	int64_t file;
	bool won;

	assert_true(db_upload_start(
	    &f->db, &target, "a", f->admin.account, 0, DIGEST_SHA256, &row, &f->err));
	assert_true(db_blob_publish(&f->db, row, &digest, 1, &file, &won, &f->err));
	assert_true(won);
	/* repeated, as if the first reply was lost */
	assert_true(db_blob_publish(&f->db, row, &digest, 1, &file, &won, &f->err));
	assert_true(won);
	assert_int_equal(file, row->file);
	assert_true(db_blob_publish(&f->db, row, &other, 1, &file, &won, &f->err));
	assert_false(won);
}

static void
sha512_has_a_row_of_its_own(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct target target = target_of(f, key, "a", f->admin);
	struct access_decision decision;
	struct digest digest;
	struct upload_row *row;
	int64_t file;
	bool won;

	digest_of(&digest, DIGEST_SHA512, "x", 1);
	assert_true(db_upload_start(
	    &f->db, &target, "a", f->admin.account, 0, DIGEST_SHA512, &row, &f->err));
	assert_int_equal(row->algorithm, DIGEST_SHA512);
	assert_true(db_blob_publish(&f->db, row, &digest, 1, &file, &won, &f->err));
	assert_true(digest_equal(&find(f, key, "a", digest, f->admin, &decision)->digest, &digest));
}

/* --- Sessions --- */

static struct upload_row *
session_of(struct fixture *f, const char *key, const char *name, const char *uuid,
    struct principal principal)
{
	struct access_decision decision;
	struct target target;
	struct upload_row *row;

	assert_true(
	    db_upload_find(&f->db, key, name, uuid, &principal, &decision, &target, &row, &f->err));
	return row;
}

static void
a_session_is_its_owners_alone(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *other = local_make(f);
	struct principal owner = account_make(f, ACTION_READ | ACTION_WRITE, key),
			 foreign = account_make(f, 15, key), stale = owner;
	struct target target = target_of(f, key, "a", owner);
	struct upload_row *row;

	stale.epoch++;
	assert_true(
	    db_upload_start(&f->db, &target, "a", owner.account, 0, DIGEST_SHA256, &row, &f->err));
	target_of(f, key, "b", owner);
	assert_non_null(session_of(f, key, "a", row->uuid, owner));
	assert_null(session_of(f, key, "b", row->uuid, owner));
	assert_null(session_of(f, other, "a", row->uuid, owner));
	assert_null(session_of(f, "nowhere", "a", row->uuid, owner));
	assert_null(session_of(f, key, "a", row->uuid, foreign));
	assert_null(session_of(f, key, "a", row->uuid, f->admin));
	assert_null(session_of(f, key, "a", row->uuid, stale));
	assert_null(session_of(f, key, "a", "not-a-uuid", owner));
	assert_null(session_of(f, key, "a", "00000000-0000-4000-8000-000000000000", owner));
	ask(f, "UPDATE permission_target_principal SET actions = 1 WHERE principal_id = %d",
	    owner.account);
	assert_null(session_of(f, key, "a", row->uuid, owner));
}

static void
one_of_two_advances_wins(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct target target = target_of(f, key, "a", f->admin);
	struct digest digest = digest_of_text("x");
	struct upload_row *row, *found;
	bool won;

	assert_true(db_upload_start(
	    &f->db, &target, "a", f->admin.account, 0, DIGEST_SHA256, &row, &f->err));
	assert_false(row->has_digest);
	assert_true(db_upload_advance(&f->db, row, 10, &digest, &won, &f->err));
	assert_true(won);
	assert_true(db_upload_advance(&f->db, row, 20, NULL, &won, &f->err));
	assert_false(won);
	found = session_of(f, key, "a", row->uuid, f->admin);
	assert_int_equal(found->received, 10);
	assert_true(found->has_digest && digest_equal(&found->digest, &digest));
	assert_true(db_upload_advance(&f->db, found, 30, NULL, &won, &f->err));
	assert_true(won);
	found = session_of(f, key, "a", row->uuid, f->admin);
	assert_int_equal(found->received, 30);
	assert_false(found->has_digest);
}

static void
a_session_is_cancelled_once(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct target target = target_of(f, key, "a", f->admin);
	struct upload_row *row;
	bool found;

	assert_true(db_upload_start(
	    &f->db, &target, "a", f->admin.account, 0, DIGEST_SHA256, &row, &f->err));
	assert_true(db_upload_end(&f->db, row, &found, &f->err));
	assert_true(found && is_queued(f, row->file));
	assert_true(db_upload_end(&f->db, row, &found, &f->err));
	assert_false(found);
	assert_null(session_of(f, key, "a", row->uuid, f->admin));
}

/* --- Mounting and deleting --- */

static bool
mount(struct fixture *f, const char *key, const char *from, const char *name, struct digest digest,
    struct principal principal)
{
	struct target target = target_of(f, key, name, principal);
	bool found;

	assert_true(
	    db_blob_mount(&f->db, key, from, &target, name, &digest, &principal, &found, &f->err));
	return found;
}

static void
a_mount_needs_to_read_there_and_to_write_here(void **state)
{
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);
	struct digest digest = blob_make(f, second, "from", unique(f, "content"));
	struct principal writer = account_make(f, ACTION_WRITE, first),
			 reader = account_make(f, ACTION_READ, second);
	struct access_decision decision;

	ask(f, "UPDATE gc_blob SET due = now()");
	assert_false(mount(f, key, "from", "to", digest, writer));
	assert_false(mount(f, key, "from", "to", digest, reader));
	assert_false(mount(f, key, "elsewhere", "to", digest, f->admin));
	assert_false(mount(f, key, "from", "to", digest_of_text("unknown"), f->admin));
	assert_string_equal(
	    ask(f,
		"SELECT count(*) FROM image JOIN repository r ON r.id = repository_id WHERE r.key = '%s'",
		first),
	    "0");
	assert_true(mount(f, key, "from", "to", digest, f->admin));
	assert_non_null(find(f, first, "to", digest, f->admin, &decision));
	assert_int_equal(due_in_hours(f, digest), 24);
}

static void
a_blob_is_deleted_from_its_image_alone(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *content = unique(f, "content");
	struct digest digest = blob_make(f, key, "a", content);
	struct target target = target_of(f, key, "a", f->admin);
	enum blob_delete_outcome outcome;
	struct access_decision decision;

	blob_make(f, key, "b", content);
	assert_true(db_blob_delete(&f->db, &target, "a", &digest, &f->actor, &outcome, &f->err));
	assert_int_equal(outcome, BLOB_DELETE_DONE);
	assert_null(find(f, key, "a", digest, f->admin, &decision));
	assert_non_null(find(f, key, "b", digest, f->admin, &decision));
	assert_true(db_blob_delete(&f->db, &target, "a", &digest, &f->actor, &outcome, &f->err));
	assert_int_equal(outcome, BLOB_DELETE_UNKNOWN);
	assert_string_equal(
	    ask(f, "SELECT count(*) FROM audit WHERE action = 'blob_delete' AND object = '%s'",
		digest.text),
	    "1");
}

static void
a_blob_in_use_is_not_deleted(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct digest digest = blob_make(f, key, "a", unique(f, "content"));
	struct target target = target_of(f, key, "a", f->admin);
	enum blob_delete_outcome outcome;

	assert_int_equal(push(f, key, "a", f->admin, unique(f, "manifest"), &digest, 1, NULL),
	    MANIFEST_PUT_DONE);
	assert_true(db_blob_delete(&f->db, &target, "a", &digest, &f->actor, &outcome, &f->err));
	assert_int_equal(outcome, BLOB_DELETE_USED);
}

/* --- Verification --- */

static void
every_file_has_its_owner(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct target target = target_of(f, key, "a", f->admin);
	struct digest digest = blob_make(f, key, "a", unique(f, "content"));
	struct access_decision decision;
	struct upload_row *row;
	enum file_owner owners[6];
	struct file_row files[6] = { { .file = 1000000000 },
		{ .file = find(f, key, "a", digest, f->admin, &decision)->file,
		    .has_digest = true,
		    .digest = digest } };

	assert_true(db_upload_start(
	    &f->db, &target, "a", f->admin.account, 0, DIGEST_SHA256, &row, &f->err));
	files[2].file = row->file;
	files[3].file = strtol(ask(f, "INSERT INTO gc_unlink (file_id, not_before)"
				      " VALUES (nextval('file_id'), now()) RETURNING file_id"),
	    NULL, 10);
	files[4].file = files[1].file; /* in uploads/ */
	files[5].file = 0;             /* a probe */
	assert_true(db_file_owners(&f->db, files, 6, owners, &f->err));
	assert_int_equal(owners[0], FILE_OWNER_FUTURE);
	assert_int_equal(owners[1], FILE_OWNER_BLOB);
	assert_int_equal(owners[2], FILE_OWNER_UPLOAD);
	assert_int_equal(owners[3], FILE_OWNER_INTENT);
	assert_int_equal(owners[4], FILE_OWNER_NONE);
	assert_int_equal(owners[5], FILE_OWNER_NONE);
}

/* The owner of blobs/sha256/../DIGEST.FILE. */
static enum file_owner
owner_of(struct fixture *f, struct digest digest, int64_t file)
{
	const struct file_row row = { .file = file, .has_digest = true, .digest = digest };
	enum file_owner owner;

	assert_true(db_file_owners(&f->db, &row, 1, &owner, &f->err));
	return owner;
}

static void
a_file_named_after_another_digest_has_no_owner(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct digest digest = blob_make(f, key, "a", unique(f, "content")),
		      other = digest_of_text(unique(f, "other"));
	struct access_decision decision;
	int64_t file = find(f, key, "a", digest, f->admin, &decision)->file,
		queued = strtol(ask(f, "INSERT INTO gc_unlink (file_id, not_before)"
				       " VALUES (nextval('file_id'), now()) RETURNING file_id"),
		    NULL, 10);

	assert_int_equal(owner_of(f, digest, file), FILE_OWNER_BLOB);
	assert_int_equal(owner_of(f, other, file), FILE_OWNER_NONE);
	assert_int_equal(owner_of(f, other, queued), FILE_OWNER_NONE);
}

/* The row does not matter: a power failure may have lost the digest that it was sealed with. */
static void
an_open_session_owns_its_file_under_any_digest(void **state)
{
	struct fixture *f = *state;
	struct target target = target_of(f, local_make(f), "a", f->admin);
	struct digest digest = digest_of_text(unique(f, "content")),
		      other = digest_of_text(unique(f, "other"));
	struct upload_row *row;
	int64_t file;
	bool found, won;

	assert_true(db_upload_start(
	    &f->db, &target, "a", f->admin.account, 0, DIGEST_SHA256, &row, &f->err));
	assert_int_equal(owner_of(f, digest, row->file), FILE_OWNER_UPLOAD);
	assert_true(db_upload_seal(&f->db, row, &other, &found, &f->err));
	assert_int_equal(owner_of(f, digest, row->file), FILE_OWNER_UPLOAD);
	assert_true(db_blob_publish(&f->db, row, &digest, 1, &file, &won, &f->err));
	assert_int_equal(owner_of(f, digest, row->file), FILE_OWNER_BLOB);
	assert_int_equal(owner_of(f, other, row->file), FILE_OWNER_NONE);
}

static int64_t
join_fetch(struct fixture *f, const char *key, struct digest digest, int owner)
{
	return strtol(
	    ask(f,
		"UPDATE blob_fetch SET heartbeat = now() - interval '1 minute';"
		"SELECT file FROM fetch_join((SELECT id FROM repository WHERE key = '%s'), 1, '\\x%s',"
		" 'a', NULL, 5, true, '00000000-0000-4000-8000-00000000000%d')",
		key, strchr(digest.text, ':') + 1, owner),
	    NULL, 10);
}

static void
a_fetch_owns_its_file_and_that_of_the_owner_before(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct digest digest = digest_of_text(unique(f, "content"));
	int64_t first = join_fetch(f, key, digest, 1), second = join_fetch(f, key, digest, 2);

	assert_int_not_equal(first, second);
	assert_int_equal(owner_of(f, digest, first), FILE_OWNER_UPLOAD);
	assert_int_equal(owner_of(f, digest, second), FILE_OWNER_INTENT);
	ask(f,
	    "SELECT won FROM fetch_publish((SELECT id FROM repository WHERE key = '%s'), 1, '\\x%s',"
	    " '00000000-0000-4000-8000-000000000002', %" PRId64 ", 5)",
	    key, strchr(digest.text, ':') + 1, second);
	assert_int_equal(owner_of(f, digest, first), FILE_OWNER_INTENT);
	assert_int_equal(owner_of(f, digest, second), FILE_OWNER_BLOB);
}

/* Joining the fetch again finds the blob, and links it to the name. */
static void
a_blob_beside_a_silent_fetch_is_not_that_fetchs(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *content = unique(f, "content");
	struct fetch_key fetch = { .digest = digest_of_text(content) };
	struct fetch_row row;

	fetch.remote = (int)strtol(
	    ask(f, "SELECT id FROM repository WHERE key = '%s'", key), NULL, 10);
	join_fetch(f, key, fetch.digest, 1);
	blob_make(f, key, "b", content);
	assert_true(db_fetch_look(&f->db, &fetch, &row, &f->err));
	assert_int_equal(row.role, FETCH_READER);
	ask(f, "UPDATE blob_fetch SET heartbeat = now() - interval '1 minute'");
	assert_true(db_fetch_look(&f->db, &fetch, &row, &f->err));
	assert_int_equal(row.role, FETCH_HOLDER);
	ask(f, "DELETE FROM blob_fetch");
	assert_true(db_fetch_look(&f->db, &fetch, &row, &f->err));
	assert_int_equal(row.role, FETCH_STORED);
}

static void
blobs_are_paged_by_id(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct file_row *rows;
	int64_t after = 0;
	size_t count, all = 0;

	for (int i = 0; i < 3; i++)
		blob_make(f, key, "a", unique(f, "content"));
	do {
		assert_true(db_blob_page(&f->db, after, 2, &rows, &count, &f->err));
		for (size_t i = 0; i < count; i++) {
			assert_true(rows[i].id > after);
			after = rows[i].id;
		}
		all += count;
	} while (count == 2);
	assert_int_equal(all, strtol(ask(f, "SELECT count(*) FROM blob"), NULL, 10));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(a_blob_is_found_under_its_name),
		DB_TEST(a_blob_is_not_found_without_the_right),
		DB_TEST(a_blacked_out_repository_serves_nothing),
		DB_TEST(a_bad_blob_is_not_served_and_a_push_heals_it),
		DB_TEST(only_a_pusher_postpones_collection),
		DB_TEST(the_first_file_of_a_digest_stays),
		DB_TEST(a_lost_file_is_replaced_once),
		DB_TEST(a_missing_file_is_replaced_and_not_queued),
		DB_TEST(a_session_is_published_once),
		DB_TEST(sha512_has_a_row_of_its_own),
		DB_TEST(a_session_is_its_owners_alone),
		DB_TEST(one_of_two_advances_wins),
		DB_TEST(a_session_is_cancelled_once),
		DB_TEST(a_mount_needs_to_read_there_and_to_write_here),
		DB_TEST(a_blob_is_deleted_from_its_image_alone),
		DB_TEST(a_blob_in_use_is_not_deleted),
		DB_TEST(every_file_has_its_owner),
		DB_TEST(a_file_named_after_another_digest_has_no_owner),
		DB_TEST(an_open_session_owns_its_file_under_any_digest),
		DB_TEST(a_fetch_owns_its_file_and_that_of_the_owner_before),
		DB_TEST(a_blob_beside_a_silent_fetch_is_not_that_fetchs),
		DB_TEST(blobs_are_paged_by_id),
	};

	return FIXTURE_RUN("blob", tests);
}
