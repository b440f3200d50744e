/* Manifests: a push is atomic, a pull returns the same bytes, tags record their history. */
#include "fixture.h"

#include <pthread.h>

static struct reference
tag_reference(const char *tag)
{
	return (struct reference){ .tag = tag };
}

static struct manifest_row *
find(struct fixture *f, const char *key, const char *name, struct reference reference,
    struct principal principal, struct access_decision *decision)
{
	bool more;
	struct manifest_row *row;

	assert_true(db_manifest_find(
	    &f->db, key, name, &reference, &principal, true, decision, &row, &more, &f->err));
	return row;
}

static void
what_was_pushed_is_pulled_by_tag_and_digest(void **state)
{
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);
	const char *content = unique(f, "manifest");
	struct digest digest = digest_of_text(content),
		      blob = blob_make(f, second, "a", unique(f, "content"));
	struct reference references[] = { { .tag = "v1" }, { .digest = digest } };
	struct access_decision decision;

	assert_int_equal(
	    push(f, second, "a", f->admin, content, &blob, 1, "v1"), MANIFEST_PUT_DONE);
	for (size_t i = 0; i < 2; i++) {
		struct manifest_row *row = find(f, key, "a", references[i], f->admin, &decision);

		assert_non_null(row);
		assert_true(
		    decision.repository_known && decision.principal_valid && decision.allowed);
		assert_true(digest_equal(&row->digest, &digest));
		assert_string_equal(row->media_type, MEDIATYPE_OCI_MANIFEST);
		assert_string_equal(row->repository, second);
		assert_int_equal(row->size, strlen(content));
		assert_int_equal(row->payload.length, strlen(content));
		assert_memory_equal(row->payload.data, content, strlen(content));
	}
	assert_null(find(f, first, "a", references[0], f->admin, &decision));
	assert_null(find(f, key, "a", tag_reference("v2"), f->admin, &decision));
	assert_null(find(f, key, "b", references[1], f->admin, &decision));
}

static void
a_head_brings_no_payload(void **state)
{
	bool more;
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct reference reference = tag_reference("v1");
	struct access_decision decision;
	struct manifest_row *row;

	assert_int_equal(
	    push(f, key, "a", f->admin, unique(f, "manifest"), NULL, 0, "v1"), MANIFEST_PUT_DONE);
	assert_true(db_manifest_find(
	    &f->db, key, "a", &reference, &f->admin, false, &decision, &row, &more, &f->err));
	assert_int_equal(row->payload.length, 0);
	assert_true(row->size > 0);
}

/* Unreadable and missing content give the same row. */
static void
the_unreadable_is_as_the_unknown(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct principal nobody = account_make(f, 0, NULL), anonymous = { 0 },
			 reader = account_make(f, ACTION_READ, key), stale = reader;
	struct access_decision there, nowhere;

	stale.epoch++;
	assert_int_equal(
	    push(f, key, "a", f->admin, unique(f, "manifest"), NULL, 0, "v1"), MANIFEST_PUT_DONE);
	assert_null(find(f, key, "a", tag_reference("v1"), nobody, &there));
	assert_null(find(f, key, "b", tag_reference("v1"), nobody, &nowhere));
	assert_memory_equal(&there, &nowhere, sizeof(there));
	assert_false(there.allowed);
	assert_null(find(f, key, "a", tag_reference("v1"), anonymous, &there));
	assert_true(there.principal_valid);
	assert_false(there.allowed);
	assert_non_null(find(f, key, "a", tag_reference("v1"), reader, &there));
	assert_null(find(f, key, "b", tag_reference("v1"), reader, &nowhere));
	assert_true(nowhere.allowed);
	assert_null(find(f, key, "a", tag_reference("v1"), stale, &there));
	assert_false(there.principal_valid || there.allowed);
}

static void
patterns_of_a_permission_decide_by_name(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct principal reader = account_make(f, ACTION_READ, key);
	struct access_decision decision;

	ask(f,
	    "UPDATE permission_target t SET includes = 'team/**', excludes = '**/secret' FROM permission_target_principal p"
	    " WHERE p.target_id = t.id AND p.principal_id = %d",
	    reader.account);
	assert_int_equal(
	    push(f, key, "team/app", f->admin, unique(f, "m"), NULL, 0, "v1"), MANIFEST_PUT_DONE);
	assert_int_equal(push(f, key, "team/secret", f->admin, unique(f, "m"), NULL, 0, "v1"),
	    MANIFEST_PUT_DONE);
	assert_int_equal(
	    push(f, key, "teams", f->admin, unique(f, "m"), NULL, 0, "v1"), MANIFEST_PUT_DONE);
	assert_non_null(find(f, key, "team/app", tag_reference("v1"), reader, &decision));
	assert_null(find(f, key, "team/secret", tag_reference("v1"), reader, &decision));
	assert_null(find(f, key, "teams", tag_reference("v1"), reader, &decision));
}

static void
members_answer_in_their_order_and_by_their_patterns(void **state)
{
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);
	struct access_decision decision;

	assert_int_equal(
	    push(f, second, "a", f->admin, unique(f, "m"), NULL, 0, "v1"), MANIFEST_PUT_DONE);
	assert_int_equal(
	    push(f, first, "a", f->admin, unique(f, "m"), NULL, 0, "v1"), MANIFEST_PUT_DONE);
	assert_string_equal(
	    find(f, key, "a", tag_reference("v1"), f->admin, &decision)->repository, first);
	ask(f, "UPDATE repository SET priority = true WHERE key = '%s'", second);
	assert_string_equal(
	    find(f, key, "a", tag_reference("v1"), f->admin, &decision)->repository, second);
	ask(f, "UPDATE repository SET excludes = 'a' WHERE key = '%s'", second);
	assert_string_equal(
	    find(f, key, "a", tag_reference("v1"), f->admin, &decision)->repository, first);
	ask(f, "UPDATE repository SET includes = 'b/**' WHERE key = '%s'", key);
	assert_null(find(f, key, "a", tag_reference("v1"), f->admin, &decision));
	assert_false(decision.allowed);
}

/* --- Pushing --- */

static const char *
rows(struct fixture *f, const char *key)
{
	return ask(f,
	    "SELECT count(*) FROM image JOIN repository r ON r.id = repository_id WHERE r.key = '%s'",
	    key);
}

static void
a_push_names_only_what_is_readable_under_its_name(void **state)
{
	bool more;
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);
	struct digest blob = blob_make(f, second, "a", unique(f, "content"));
	struct principal writer = account_make(f, ACTION_READ | ACTION_WRITE, first);
	struct access_decision decision;
	struct blob_row *row;

	/* blobs are not resolved through the target, under another name, or without the right there
	 */
	assert_int_equal(
	    push(f, first, "a", f->admin, unique(f, "m"), &blob, 1, "v1"), MANIFEST_PUT_MISSING);
	assert_int_equal(
	    push(f, key, "b", f->admin, unique(f, "m"), &blob, 1, "v1"), MANIFEST_PUT_MISSING);
	assert_int_equal(
	    push(f, key, "a", writer, unique(f, "m"), &blob, 1, "v1"), MANIFEST_PUT_MISSING);
	assert_string_equal(rows(f, first), "0");
	/* pulled from the second, pushed through the virtual: stored in the first, complete */
	assert_int_equal(
	    push(f, key, "a", f->admin, unique(f, "m"), &blob, 1, "v1"), MANIFEST_PUT_DONE);
	assert_true(db_blob_find(
	    &f->db, first, "a", &blob, &f->admin, false, &decision, &row, &more, &f->err));
	assert_non_null(row);
}

static void
everything_missing_is_named(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *content = unique(f, "m");
	struct target target = target_of(f, key, "a", f->admin);
	struct digest here = blob_make(f, key, "a", unique(f, "content")),
		      digest = digest_of_text(content), *missing;
	struct descriptor blobs[] = { { .role = DESCRIPTOR_CONFIG, .size = -1, .digest = here },
		{ .role = DESCRIPTOR_LAYER, .size = -1, .digest = digest_of_text("gone 1") },
		{ .role = DESCRIPTOR_LAYER, .size = -1, .digest = digest_of_text("gone 1") } };
	struct descriptor children[] = { { .role = DESCRIPTOR_CHILD, .size = -1 } };
	struct manifest manifest = { .media_type = MEDIATYPE_OCI_INDEX,
		.artifact_type = "",
		.blobs = blobs,
		.blob_count = 3,
		.children = children,
		.child_count = 1 };
	struct manifest_put order = { .key = key,
		.name = "a",
		.target = &target,
		.principal = &f->admin,
		.actor = &f->actor,
		.manifest = &manifest,
		.digest = &digest,
		.payload = { content, strlen(content) } };
	enum manifest_put_outcome outcome;
	size_t count;
	int64_t size;

	digest_of(&children[0].digest, DIGEST_SHA512, "gone 2", 6);
	assert_true(db_manifest_put(&f->db, &order, &outcome, &missing, &count, &size, &f->err));
	assert_int_equal(outcome, MANIFEST_PUT_MISSING);
	assert_int_equal(count, 2);
	assert_true(digest_equal(&missing[0], &blobs[1].digest));
	assert_true(digest_equal(&missing[1], &children[0].digest));
}

static enum manifest_put_outcome
push_index(
    struct fixture *f, const char *key, const char *name, const char *content, struct digest child)
{
	struct target target = target_of(f, key, name, f->admin);
	struct digest digest = digest_of_text(content), *missing;
	struct descriptor children[] = {
		{ .role = DESCRIPTOR_CHILD, .size = -1, .digest = child }
	};
	struct manifest manifest = { .media_type = MEDIATYPE_OCI_INDEX,
		.artifact_type = "",
		.is_index = true,
		.children = children,
		.child_count = 1 };
	struct manifest_put order = { .key = key,
		.name = name,
		.target = &target,
		.principal = &f->admin,
		.actor = &f->actor,
		.manifest = &manifest,
		.digest = &digest,
		.payload = { content, strlen(content) } };
	enum manifest_put_outcome outcome;
	size_t count;
	int64_t size;

	assert_true(db_manifest_put(&f->db, &order, &outcome, &missing, &count, &size, &f->err));
	return outcome;
}

static void
an_index_brings_its_children_from_another_member(void **state)
{
	bool more;
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);
	const char *child = unique(f, "m"), *middle = unique(f, "m");
	struct digest blob = blob_make(f, second, "a", unique(f, "content"));
	struct reference references[] = { { .digest = digest_of_text(child) },
		{ .digest = digest_of_text(middle) } };
	struct access_decision decision;
	struct blob_row *row;

	assert_int_equal(push(f, second, "a", f->admin, child, &blob, 1, NULL), MANIFEST_PUT_DONE);
	assert_int_equal(
	    push_index(f, second, "a", middle, digest_of_text(child)), MANIFEST_PUT_DONE);
	assert_int_equal(push_index(f, first, "a", unique(f, "m"), digest_of_text(middle)),
	    MANIFEST_PUT_MISSING);
	assert_int_equal(
	    push_index(f, key, "a", unique(f, "m"), digest_of_text(middle)), MANIFEST_PUT_DONE);
	for (size_t i = 0; i < 2; i++)
		assert_non_null(find(f, first, "a", references[i], f->admin, &decision));
	assert_true(db_blob_find(
	    &f->db, first, "a", &blob, &f->admin, false, &decision, &row, &more, &f->err));
	assert_non_null(row);
}

static void
one_blob_in_two_roles_is_one_reference(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct digest blob = blob_make(f, key, "a", unique(f, "content")), twice[] = { blob, blob };

	assert_int_equal(
	    push(f, key, "a", f->admin, unique(f, "m"), twice, 2, NULL), MANIFEST_PUT_DONE);
	assert_string_equal(
	    ask(f,
		"SELECT string_agg(role::text, ' ') FROM manifest_blob mb JOIN blob b ON b.id = mb.blob_id"
		" WHERE b.digest = '\\x%s'",
		strchr(blob.text, ':') + 1),
	    "1");
}

static void
an_overwrite_needs_delete(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *content = unique(f, "m");
	struct principal writer = account_make(f, ACTION_WRITE, key),
			 deleter = account_make(f, ACTION_WRITE | ACTION_DELETE, key);

	assert_int_equal(push(f, key, "a", writer, content, NULL, 0, "latest"), MANIFEST_PUT_DONE);
	assert_int_equal(push(f, key, "a", writer, content, NULL, 0, "latest"), MANIFEST_PUT_DONE);
	assert_int_equal(
	    push(f, key, "a", writer, unique(f, "m"), NULL, 0, "latest"), MANIFEST_PUT_DENIED);
	assert_int_equal(
	    push(f, key, "a", writer, unique(f, "m"), NULL, 0, "other"), MANIFEST_PUT_DONE);
	assert_int_equal(
	    push(f, key, "a", deleter, unique(f, "m"), NULL, 0, "latest"), MANIFEST_PUT_DONE);
	assert_int_equal(
	    push(f, key, "a", f->admin, unique(f, "m"), NULL, 0, "latest"), MANIFEST_PUT_DONE);
}

static enum manifest_put_outcome
push_expecting(struct fixture *f, const char *key, const char *content, const char *expected)
{
	struct target target = target_of(f, key, "a", f->admin);
	struct manifest manifest = { .media_type = MEDIATYPE_OCI_MANIFEST, .artifact_type = "" };
	struct digest digest = digest_of_text(content), old = digest_of_text(expected), *missing;
	const char *tag = "v1";
	struct manifest_put order = { .key = key,
		.name = "a",
		.target = &target,
		.principal = &f->admin,
		.actor = &f->actor,
		.manifest = &manifest,
		.digest = &digest,
		.payload = { content, strlen(content) },
		.tags = &tag,
		.tag_count = 1,
		.expected = &old };
	enum manifest_put_outcome outcome;
	size_t count;
	int64_t size;

	assert_true(db_manifest_put(&f->db, &order, &outcome, &missing, &count, &size, &f->err));
	return outcome;
}

static void
an_expected_digest_is_compared(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *one = unique(f, "m"), *two = unique(f, "m"),
		   *three = unique(f, "m");

	assert_int_equal(push_expecting(f, key, two, one), MANIFEST_PUT_PRECONDITION);
	assert_string_equal(rows(f, key), "0");
	assert_int_equal(push(f, key, "a", f->admin, one, NULL, 0, "v1"), MANIFEST_PUT_DONE);
	assert_int_equal(push_expecting(f, key, two, one), MANIFEST_PUT_DONE);
	assert_int_equal(push_expecting(f, key, two, one),
	    MANIFEST_PUT_DONE); /* repeated: the reply may be lost */
	assert_int_equal(push_expecting(f, key, three, one), MANIFEST_PUT_PRECONDITION);
	assert_string_equal(
	    ask(f, "SELECT count(*) FROM manifest WHERE payload = '%s'", three), "0");
}

static void
a_right_that_went_meanwhile_is_noticed(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *other = local_make(f);
	struct principal writer = account_make(f, ACTION_WRITE, key), stale = writer;
	struct target target = target_of(f, key, "a", writer),
		      elsewhere = target_of(f, other, "a", f->admin);
	struct manifest manifest = { .media_type = MEDIATYPE_OCI_MANIFEST, .artifact_type = "" };
	struct digest digest = digest_of_text("m"), *missing;
	struct manifest_put order = { .key = key,
		.name = "a",
		.target = &target,
		.principal = &stale,
		.actor = &f->actor,
		.manifest = &manifest,
		.digest = &digest,
		.payload = { "m", 1 } };
	enum manifest_put_outcome outcome;
	size_t count;
	int64_t size;

	stale.epoch++;
	assert_true(db_manifest_put(&f->db, &order, &outcome, &missing, &count, &size, &f->err));
	assert_int_equal(outcome, MANIFEST_PUT_RETARGET);
	order.principal = &writer;
	order.target = &elsewhere;
	assert_true(db_manifest_put(&f->db, &order, &outcome, &missing, &count, &size, &f->err));
	assert_int_equal(outcome, MANIFEST_PUT_RETARGET);
	order.target = &target;
	ask(f, "DELETE FROM permission_target_principal WHERE principal_id = %d", writer.account);
	assert_true(db_manifest_put(&f->db, &order, &outcome, &missing, &count, &size, &f->err));
	assert_int_equal(outcome, MANIFEST_PUT_RETARGET);
	assert_string_equal(rows(f, key), "0");
}

static void
a_push_and_its_moves_are_audited_once(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *one = unique(f, "m"), *two = unique(f, "m");

	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    push(f, key, "a", f->admin, one, NULL, 0, "v1"), MANIFEST_PUT_DONE);
	assert_int_equal(push(f, key, "a", f->admin, two, NULL, 0, "v1"), MANIFEST_PUT_DONE);
	assert_string_equal(
	    ask(f,
		"SELECT string_agg(action || ' ' || (object = '%s')::text, ',' ORDER BY at) FROM audit WHERE repository = '%s'"
		" AND action <> 'repository_add'",
		digest_of_text(one).text, key),
	    "push true,tag false,push false,tag false");
	assert_string_equal(
	    ask(f,
		"SELECT count(*) FROM audit WHERE repository = '%s' AND path = 'a' AND actor = %d AND request = '%s'"
		" AND address = '%s'",
		key, f->actor.account, f->actor.request, f->actor.address),
	    "4");
	assert_string_equal(
	    ask(f,
		"SELECT string_agg(coalesce(old_digest, '-') || ' ' || new_digest, ',' ORDER BY at) FROM tag_event"
		" WHERE repository = '%s' AND actor = %d",
		key, f->actor.account),
	    arena_printf(f->db.arena, "- %s,%s %s", digest_of_text(one).text,
		digest_of_text(one).text, digest_of_text(two).text));
}

/* --- Concurrent pushes of one tag --- */

struct pusher {
	struct fixture copy;
	const char *key;
	int done;
};

static void *
push_often(void *argument)
{
	struct pusher *pusher = argument;
	struct fixture *f = &pusher->copy;

	for (int i = 0; i < 10; i++)
		pusher->done += push(f, pusher->key, "a", f->admin, i % 2 == 0 ? "even" : "odd",
				    NULL, 0, "v1") == MANIFEST_PUT_DONE;
	return NULL;
}

static void
pushes_of_one_tag_follow_each_other(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct pusher pushers[8];
	pthread_t threads[8];
	int done = 0;

	for (size_t i = 0; i < 8; i++) {
		pushers[i] = (struct pusher){ .copy = *f, .key = key };
		pushers[i].copy.db.arena = arena_new();
		pthread_create(&threads[i], NULL, push_often, &pushers[i]);
	}
	for (size_t i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		done += pushers[i].done;
		arena_free(pushers[i].copy.db.arena);
	}
	assert_int_equal(done, 80);
	/* the old digest of each event is the new one of the event before */
	assert_string_equal(
	    ask(f,
		"SELECT bool_and(old_digest IS NOT DISTINCT FROM before) FROM (SELECT old_digest,"
		" lag(new_digest) OVER (ORDER BY at) AS before FROM tag_event WHERE repository = '%s') e",
		key),
	    "t");
}

struct racer {
	struct fixture copy;
	struct principal writer;
	const char *key;
	pthread_barrier_t *start;
	int number;
	enum manifest_put_outcome outcomes[20];
};

static void *
race(void *argument)
{
	struct racer *racer = argument;
	struct fixture *f = &racer->copy;

	for (int i = 0; i < 20; i++) {
		const char *content = arena_printf(f->db.arena, "racer %d", racer->number);
		const char *tag = arena_printf(f->db.arena, "v%d", i);

		pthread_barrier_wait(racer->start);
		racer->outcomes[i] = push(f, racer->key, "a", racer->writer, content, NULL, 0, tag);
	}
	return NULL;
}

/* A principal that may not overwrite must not do so if two pushes both saw that the tag was
 * missing. */
static void
of_two_who_may_only_create_one_does(void **state)
{
	struct fixture *f = *state;
	struct racer racers[2];
	pthread_t threads[2];
	pthread_barrier_t start;
	const char *key = local_make(f);
	struct principal writer = account_make(f, ACTION_WRITE, key);

	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++) {
		racers[i] = (struct racer){
			.copy = *f, .writer = writer, .key = key, .start = &start, .number = i
		};
		racers[i].copy.db.arena = arena_new();
		pthread_create(&threads[i], NULL, race, &racers[i]);
	}
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		arena_free(racers[i].copy.db.arena);
	}
	pthread_barrier_destroy(&start);
	for (int i = 0; i < 20; i++) {
		int done = (racers[0].outcomes[i] == MANIFEST_PUT_DONE) +
			   (racers[1].outcomes[i] == MANIFEST_PUT_DONE);
		int denied = (racers[0].outcomes[i] == MANIFEST_PUT_DENIED) +
			     (racers[1].outcomes[i] == MANIFEST_PUT_DENIED);

		assert_int_equal(done, 1);
		assert_int_equal(denied, 1);
	}
}

/* --- Lists --- */

static const char *
joined(struct fixture *f, const char **texts, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(f->db.arena, "%s%s ", text, texts[i]);
	return text;
}

static const char *
tags(struct fixture *f, const char *key, const char *name, struct principal principal,
    const char *last, int limit, bool *known)
{
	bool more;
	struct access_decision decision;
	const char **list;
	size_t count;

	assert_true(db_tags_list(&f->db, key, name, &principal, last, limit, &decision, known,
	    &more, &list, &count, &f->err));
	return joined(f, list, count);
}

static void
tags_are_merged_and_paged_in_byte_order(void **state)
{
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);
	struct principal reader = account_make(f, ACTION_READ, second);
	bool known;

	assert_int_equal(push(f, first, "a", f->admin, "1", NULL, 0, "b"), MANIFEST_PUT_DONE);
	assert_int_equal(push(f, first, "a", f->admin, "1", NULL, 0, "B"), MANIFEST_PUT_DONE);
	assert_int_equal(push(f, second, "a", f->admin, "1", NULL, 0, "b"), MANIFEST_PUT_DONE);
	assert_int_equal(push(f, second, "a", f->admin, "1", NULL, 0, "1.0"), MANIFEST_PUT_DONE);
	assert_int_equal(
	    push(f, first, "untagged", f->admin, "1", NULL, 0, NULL), MANIFEST_PUT_DONE);
	blob_make(f, first, "abandoned", "x");
	assert_string_equal(tags(f, key, "a", f->admin, NULL, 10, &known), "1.0 B b ");
	assert_true(known);
	assert_string_equal(tags(f, key, "a", f->admin, "1.0", 1, &known), "B ");
	assert_string_equal(tags(f, key, "a", f->admin, "b", 1, &known), "");
	assert_true(known);
	assert_string_equal(tags(f, key, "a", reader, NULL, 10, &known), "1.0 b ");
	assert_string_equal(tags(f, key, "untagged", f->admin, NULL, 10, &known), "");
	assert_true(known);
	assert_string_equal(tags(f, key, "untagged", reader, NULL, 10, &known), "");
	assert_false(known);
	tags(f, key, "abandoned", f->admin, NULL, 10, &known);
	assert_false(known);
}

static void
push_referrer(
    struct fixture *f, const char *key, const char *content, const char *subject, const char *type)
{
	struct target target = target_of(f, key, "a", f->admin);
	struct manifest manifest = { .media_type = MEDIATYPE_OCI_MANIFEST,
		.artifact_type = type,
		.has_subject = true,
		.subject = digest_of_text(subject) };
	struct digest digest = digest_of_text(content), *missing;
	struct manifest_put order = { .key = key,
		.name = "a",
		.target = &target,
		.principal = &f->admin,
		.actor = &f->actor,
		.manifest = &manifest,
		.digest = &digest,
		.payload = { content, strlen(content) },
		.referrer = content };
	enum manifest_put_outcome outcome;
	size_t count;
	int64_t size;

	assert_true(db_manifest_put(&f->db, &order, &outcome, &missing, &count, &size, &f->err));
	assert_int_equal(outcome, MANIFEST_PUT_DONE);
}

static void
referrers_are_listed_by_subject_and_type(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct digest subject = digest_of_text("subject that is not here");
	struct principal nobody = account_make(f, 0, NULL);
	const char **descriptors, **digests;
	struct access_decision decision;
	size_t count;
	bool more;

	push_referrer(f, key, "r1", "subject that is not here", "type/a");
	push_referrer(f, key, "r2", "subject that is not here", "type/b");
	push_referrer(f, key, "r3", "another", "type/a");
	assert_true(db_referrers_list(&f->db, key, "a", &subject, NULL, &f->admin, NULL, 10,
	    1 << 22, &decision, &descriptors, &digests, &count, &more, &f->err));
	assert_int_equal(count, 2);
	assert_true(strcmp(digests[0], digests[1]) < 0);
	assert_string_equal(digest_of_text(descriptors[0]).text, digests[0]);
	assert_true(db_referrers_list(&f->db, key, "a", &subject, NULL, &f->admin, digests[0], 10,
	    1 << 22, &decision, &descriptors, &digests, &count, &more, &f->err));
	assert_int_equal(count, 1);
	assert_true(db_referrers_list(&f->db, key, "a", &subject, "type/b", &f->admin, NULL, 10,
	    1 << 22, &decision, &descriptors, &digests, &count, &more, &f->err));
	assert_int_equal(count, 1);
	assert_string_equal(descriptors[0], "r2");
	assert_true(db_referrers_list(&f->db, key, "a", &subject, NULL, &nobody, NULL, 10, 1 << 22,
	    &decision, &descriptors, &digests, &count, &more, &f->err));
	assert_int_equal(count, 0);
	assert_false(decision.allowed);
	assert_false(db_referrers_list(&f->db, key, "a", &subject, NULL, &f->admin, "nonsense", 10,
	    1 << 22, &decision, &descriptors, &digests, &count, &more, &f->err));
	assert_int_equal(f->err.code, ERROR_DIGEST_INVALID);
}

/* --- Deleting --- */

static void
a_deleted_manifest_takes_its_tags(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *one = unique(f, "m"), *two = unique(f, "m");
	struct digest digest = digest_of_text(one);
	struct target target;
	struct access_decision decision;
	bool found;
	struct manifest_holder holder;

	assert_int_equal(push(f, key, "a", f->admin, one, NULL, 0, "v1"), MANIFEST_PUT_DONE);
	assert_int_equal(push(f, key, "a", f->admin, one, NULL, 0, "v2"), MANIFEST_PUT_DONE);
	assert_int_equal(push(f, key, "a", f->admin, two, NULL, 0, "v3"), MANIFEST_PUT_DONE);
	assert_int_equal(push(f, key, "b", f->admin, one, NULL, 0, "v1"), MANIFEST_PUT_DONE);
	target = target_of(f, key, "a", f->admin);
	assert_true(
	    db_manifest_delete(&f->db, &target, "a", &digest, &f->actor, &found, &holder, &f->err));
	assert_true(found);
	assert_null(find(f, key, "a", tag_reference("v1"), f->admin, &decision));
	assert_null(find(f, key, "a", (struct reference){ .digest = digest }, f->admin, &decision));
	assert_non_null(find(f, key, "a", tag_reference("v3"), f->admin, &decision));
	assert_non_null(find(f, key, "b", tag_reference("v1"), f->admin, &decision));
	assert_true(
	    db_manifest_delete(&f->db, &target, "a", &digest, &f->actor, &found, &holder, &f->err));
	assert_false(found);
	assert_string_equal(
	    ask(f,
		"SELECT string_agg(action, ',' ORDER BY action) FROM audit WHERE repository = '%s'"
		" AND action IN ('untag', 'delete')",
		key),
	    "delete,untag,untag");
	assert_string_equal(
	    ask(f,
		"SELECT count(*) FROM tag_event WHERE repository = '%s' AND new_digest IS NULL AND actor = %d",
		key, f->actor.account),
	    "2");
}

static void
a_deleted_tag_leaves_its_manifest(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *one = unique(f, "m");
	struct target target;
	struct access_decision decision;
	bool found;

	assert_int_equal(push(f, key, "a", f->admin, one, NULL, 0, "v1"), MANIFEST_PUT_DONE);
	target = target_of(f, key, "a", f->admin);
	assert_true(db_tag_delete(&f->db, &target, "a", "v1", &f->actor, &found, &f->err));
	assert_true(found);
	assert_null(find(f, key, "a", tag_reference("v1"), f->admin, &decision));
	assert_non_null(find(
	    f, key, "a", (struct reference){ .digest = digest_of_text(one) }, f->admin, &decision));
	assert_true(db_tag_delete(&f->db, &target, "a", "v1", &f->actor, &found, &f->err));
	assert_false(found);
	assert_string_equal(
	    ask(f,
		"SELECT count(*) FROM gc_link l JOIN image i ON i.id = l.image_id JOIN repository r ON r.id = i.repository_id"
		" WHERE r.key = '%s'",
		key),
	    "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(what_was_pushed_is_pulled_by_tag_and_digest),
		DB_TEST(a_head_brings_no_payload),
		DB_TEST(the_unreadable_is_as_the_unknown),
		DB_TEST(patterns_of_a_permission_decide_by_name),
		DB_TEST(members_answer_in_their_order_and_by_their_patterns),
		DB_TEST(a_push_names_only_what_is_readable_under_its_name),
		DB_TEST(everything_missing_is_named),
		DB_TEST(an_index_brings_its_children_from_another_member),
		DB_TEST(one_blob_in_two_roles_is_one_reference),
		DB_TEST(an_overwrite_needs_delete),
		DB_TEST(an_expected_digest_is_compared),
		DB_TEST(a_right_that_went_meanwhile_is_noticed),
		DB_TEST(a_push_and_its_moves_are_audited_once),
		DB_TEST(pushes_of_one_tag_follow_each_other),
		DB_TEST(of_two_who_may_only_create_one_does),
		DB_TEST(tags_are_merged_and_paged_in_byte_order),
		DB_TEST(referrers_are_listed_by_subject_and_type),
		DB_TEST(a_deleted_manifest_takes_its_tags),
		DB_TEST(a_deleted_tag_leaves_its_manifest),
	};

	return FIXTURE_RUN("manifest", tests);
}
