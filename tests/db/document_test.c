/* Repositories as documents: found, listed, saved and deleted, by several administrators at once.
 */
#include <jansson.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "db/document.h"
#include "fixture.h"

struct answer {
	enum document_outcome outcome;
	const char *message;
};

static struct answer
save(struct fixture *f, const char *key, const char *json, enum document_mode mode, int revision)
{
	struct answer answer;

	assert_true(db_document_save(&f->db, key, json, mode, revision, &f->actor, &answer.outcome,
	    &answer.message, &f->err));
	return answer;
}

static struct answer
take_away(struct fixture *f, const char *key, int revision)
{
	struct answer answer;

	assert_true(db_document_delete(
	    &f->db, key, revision, &f->actor, &answer.outcome, &answer.message, &f->err));
	return answer;
}

static struct document_row *
find(struct fixture *f, const char *key)
{
	struct document_row *row;

	assert_true(db_document_find(&f->db, key, &f->admin, &row, &f->err));
	return row;
}

static const char *
made(struct fixture *f, const char *json)
{
	const char *key = unique(f, "made");

	assert_int_equal(save(f, key, json, DOCUMENT_CREATE, 0).outcome, DOCUMENT_CREATED);
	return key;
}

/* A field of a document as compact JSON. */
static const char *
field(struct fixture *f, const struct document_row *row, const char *name)
{
	json_t *document = json_loads(row->json, 0, NULL);
	char *text;
	const char *copy;

	assert_non_null(document);
	text = json_dumps(json_object_get(document, name), JSON_COMPACT | JSON_ENCODE_ANY);
	assert_non_null(text);
	copy = arena_strdup(f->db.arena, text);
	free(text);
	json_decref(document);
	return copy;
}

static void
a_document_comes_back_with_its_revision(void **state)
{
	struct fixture *f = *state;
	const char *key = made(f, "{\"rclass\": \"local\", \"unknown\": [7]}");

	assert_int_equal(find(f, key)->revision, 1);
	assert_int_equal(
	    save(f, key, "{\"notes\": \"n\"}", DOCUMENT_UPDATE, 1).outcome, DOCUMENT_CHANGED);
	assert_int_equal(find(f, key)->revision, 2);
	assert_string_equal(
	    field(f, find(f, key), "key"), arena_printf(f->db.arena, "\"%s\"", key));
	assert_string_equal(field(f, find(f, key), "unknown"), "[7]");
	assert_string_equal(field(f, find(f, key), "notes"), "\"n\"");
	assert_int_equal(save(f, key, "{}", DOCUMENT_PUT, 0).outcome, DOCUMENT_CHANGED);
	assert_string_equal(field(f, find(f, key), "notes"), "\"\"");
}

static void
an_unknown_key_has_no_document(void **state)
{
	struct fixture *f = *state;

	assert_null(find(f, "nowhere"));
}

static void
what_is_wrong_is_said(void **state)
{
	struct fixture *f = *state;
	const char *key = unique(f, "bad");
	struct answer answer = save(
	    f, key, "{\"rclass\": \"virtual\", \"repositories\": [\"nowhere\"]}", DOCUMENT_PUT, 0);

	assert_int_equal(answer.outcome, DOCUMENT_BAD);
	assert_string_equal(answer.message, "repositories: no such repository: nowhere");
	assert_null(find(f, key));
	assert_int_equal(save(f, key, "{}", DOCUMENT_UPDATE, 0).outcome, DOCUMENT_UNKNOWN);
	key = made(f, "{\"rclass\": \"local\"}");
	assert_int_equal(
	    save(f, key, "{\"rclass\": \"local\"}", DOCUMENT_CREATE, 0).outcome, DOCUMENT_EXISTS);
	answer = save(f, key, "{}", DOCUMENT_UPDATE, 2);
	assert_int_equal(answer.outcome, DOCUMENT_STALE);
	assert_non_null(strstr(answer.message, key));
}

static void
the_list_is_sorted_and_of_one_class_if_wanted(void **state)
{
	struct fixture *f = *state;
	const char *local = made(f, "{\"rclass\": \"local\"}"),
		   *remote = made(f, "{\"rclass\": \"remote\", \"url\": \"http://a\"}"),
		   *none = made(f, "{\"rclass\": \"local\"}"), *before = "";
	struct document_row *rows;
	bool local_seen = false, remote_seen = false;
	size_t count;

	assert_int_equal(take_away(f, none, 0).outcome, DOCUMENT_CHANGED);
	assert_true(db_document_list(&f->db, NULL, &f->admin, &rows, &count, &f->err));
	for (size_t i = 0; i < count; i++) {
		const char *key = field(f, &rows[i], "key");

		assert_true(strcmp(before, key) < 0);
		assert_null(strstr(key, none));
		local_seen |= strstr(key, local) != NULL;
		remote_seen |= strstr(key, remote) != NULL;
		before = key;
	}
	assert_true(local_seen && remote_seen);
	assert_true(db_document_list(&f->db, "remote", &f->admin, &rows, &count, &f->err));
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(field(f, &rows[i], "rclass"), "\"remote\"");
	assert_true(db_document_list(&f->db, "federated", &f->admin, &rows, &count, &f->err));
	assert_int_equal(count, 0);
}

static void
a_deleted_repository_is_gone_and_its_key_free(void **state)
{
	struct fixture *f = *state;
	const char *key = made(f, "{\"rclass\": \"local\"}"), *gone;

	assert_int_equal(push(f, key, "a", f->admin, "content", NULL, 0, "v1"), MANIFEST_PUT_DONE);
	assert_int_equal(take_away(f, key, 2).outcome, DOCUMENT_STALE);
	gone = ask(f, "SELECT id FROM repository WHERE key = '%s'", key);
	assert_int_equal(take_away(f, key, 1).outcome, DOCUMENT_CHANGED);
	assert_null(find(f, key));
	assert_int_equal(take_away(f, key, 0).outcome, DOCUMENT_UNKNOWN);
	assert_int_equal(
	    save(f, key, "{\"rclass\": \"local\"}", DOCUMENT_CREATE, 0).outcome, DOCUMENT_CREATED);
	assert_int_equal(target_of(f, key, "a", f->admin).image, 0);
	/* its content is removed later */
	assert_string_equal(
	    ask(f, "SELECT count(*) FROM image WHERE repository_id = %s", gone), "1");
}

static void
every_edit_is_audited_with_its_author(void **state)
{
	struct fixture *f = *state;
	const char *key = made(f, "{\"rclass\": \"local\"}");

	save(f, key, "{\"notes\": \"n\"}", DOCUMENT_UPDATE, 0);
	save(f, key, "{\"notes\": 1}", DOCUMENT_UPDATE, 0);
	take_away(f, key, 0);
	assert_string_equal(
	    ask(f,
		"SELECT string_agg(action || coalesce(detail ->> 'notes', ''), ', ' ORDER BY at) FROM audit"
		" WHERE repository = '%s' AND actor = %d AND actor_name = '%s' AND request = '%s' AND address = '%s'",
		key, f->actor.account, f->actor.name, f->actor.request, f->actor.address),
	    "repository_add, repository_change[\"\", \"n\"], repository_deleten");
}

/* --- Several administrators --- */

/* An edit in a thread of its own; json NULL: a deletion. */
struct editor {
	struct fixture copy;
	const char *key, *json;
	int revision;
	struct answer answer;
};

static void *
edit(void *argument)
{
	struct editor *editor = argument;
	struct fixture *f = &editor->copy;

	editor->answer = editor->json == NULL ? take_away(f, editor->key, editor->revision)
					      : save(f, editor->key, editor->json, DOCUMENT_UPDATE,
						    editor->revision);
	return NULL;
}

static void
wait_for_waiting(struct fixture *f)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };

	for (int i = 0; i < 100; i++) {
		if (strcmp(ask(f, "SELECT count(*) FROM pg_locks WHERE NOT granted"), "1") == 0)
			return;
		nanosleep(&pause, NULL);
	}
	fail_msg("nobody waits");
}

/* Outcome of an edit that starts while another one (their_json) is not committed yet. */
static enum document_outcome
edit_behind(struct fixture *f, const char *their_key, const char *their_json, const char *key,
    const char *json, int revision)
{
	struct editor editor = { .copy = *f, .key = key, .json = json, .revision = revision };
	pthread_t thread;

	editor.copy.db.arena = arena_new();
	ask(f, "BEGIN");
	assert_string_equal(
	    ask(f,
		"SELECT outcome FROM repository_save('%s', '%s', 'update', NULL, 0, 'test', NULL, NULL)",
		their_key, their_json),
	    "1");
	pthread_create(&thread, NULL, edit, &editor);
	wait_for_waiting(f);
	ask(f, "COMMIT");
	pthread_join(thread, NULL);
	arena_free(editor.copy.db.arena);
	return editor.answer.outcome;
}

static void
of_two_edits_of_one_revision_the_second_is_stale(void **state)
{
	struct fixture *f = *state;
	const char *key = made(f, "{\"rclass\": \"local\"}");

	assert_int_equal(
	    edit_behind(f, key, "{\"notes\": \"theirs\"}", key, "{}", 1), DOCUMENT_STALE);
	assert_int_equal(
	    edit_behind(f, key, "{\"notes\": \"again\"}", key, NULL, 2), DOCUMENT_STALE);
	assert_string_equal(field(f, find(f, key), "notes"), "\"again\"");
	assert_int_equal(find(f, key)->revision, 3);
}

static void
edits_of_different_fields_are_both_done(void **state)
{
	struct fixture *f = *state;
	const char *key = made(f, "{\"rclass\": \"local\"}");

	assert_int_equal(
	    edit_behind(f, key, "{\"theirs\": 1}", key, "{\"mine\": 2}", 0), DOCUMENT_CHANGED);
	assert_string_equal(field(f, find(f, key), "theirs"), "1");
	assert_string_equal(field(f, find(f, key), "mine"), "2");
	assert_int_equal(find(f, key)->revision, 3);
}

/* Each may contain the other, but not both at once. */
static void
two_edits_make_no_cycle_together(void **state)
{
	struct fixture *f = *state;
	const char *one = made(f, "{\"rclass\": \"virtual\"}"),
		   *two = made(f, "{\"rclass\": \"virtual\"}"),
		   *with_one = arena_printf(f->db.arena, "{\"repositories\": [\"%s\"]}", one),
		   *with_two = arena_printf(f->db.arena, "{\"repositories\": [\"%s\"]}", two);

	assert_int_equal(edit_behind(f, one, with_two, two, with_one, 0), DOCUMENT_BAD);
	assert_string_equal(field(f, find(f, two), "repositories"), "[]");
}

/* The repository must not remain a member of a virtual that adds it while it is being deleted. */
static void
a_deletion_sees_who_has_just_taken_the_repository_in(void **state)
{
	struct fixture *f = *state;
	const char *member = made(f, "{\"rclass\": \"local\"}"),
		   *above = made(f, "{\"rclass\": \"virtual\"}");

	assert_int_equal(edit_behind(f, above,
			     arena_printf(f->db.arena,
				 "{\"repositories\": [\"%s\"], \"defaultDeploymentRepo\": \"%s\"}",
				 member, member),
			     member, NULL, 0),
	    DOCUMENT_CHANGED);
	assert_string_equal(field(f, find(f, above), "repositories"), "[]");
	assert_string_equal(field(f, find(f, above), "defaultDeploymentRepo"), "\"\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(a_document_comes_back_with_its_revision),
		DB_TEST(an_unknown_key_has_no_document),
		DB_TEST(what_is_wrong_is_said),
		DB_TEST(the_list_is_sorted_and_of_one_class_if_wanted),
		DB_TEST(a_deleted_repository_is_gone_and_its_key_free),
		DB_TEST(every_edit_is_audited_with_its_author),
		DB_TEST(of_two_edits_of_one_revision_the_second_is_stale),
		DB_TEST(edits_of_different_fields_are_both_done),
		DB_TEST(two_edits_make_no_cycle_together),
		DB_TEST(a_deletion_sees_who_has_just_taken_the_repository_in),
	};

	return FIXTURE_RUN("document", tests);
}
