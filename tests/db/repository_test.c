/* Repositories: where a push lands, who may what, the catalog. */
#include "fixture.h"

static struct standing
standing_of(struct fixture *f, const char *key, struct viewer viewer)
{
	struct standing standing;

	assert_true(db_standing_find(&f->db, key, 2, &viewer, &standing, &f->err));
	return standing;
}

static void
an_unknown_key_is_unknown_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	struct standing standing = standing_of(f, "nowhere", f->admin);
	struct target target;

	assert_false(standing.repository_known);
	assert_false(standing.blacked_out);
	assert_true(standing.viewer_valid);
	assert_false(standing.allowed);
	assert_true(db_target_find(
	    &f->db, "nowhere", "a", &f->admin, ACTION_WRITE, &standing, &target, &f->err));
	assert_false(standing.repository_known);
	assert_false(standing.allowed);
	assert_int_equal(target.repository, 0);
}

static void
a_v1_repository_is_no_v2_key(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);

	ask(f, "UPDATE repository SET api_version = 1 WHERE key = '%s'", key);
	assert_false(standing_of(f, key, f->admin).repository_known);
}

static void
a_deleted_repository_is_unknown(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);

	ask(f, "SELECT repository_delete('%s', NULL, 0, 'test', NULL, NULL)", key);
	assert_false(standing_of(f, key, f->admin).repository_known);
}

static void
black_out_is_told_from_unknown(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct standing standing;
	struct target target;

	ask(f, "UPDATE repository SET blacked_out = true WHERE key = '%s'", key);
	standing = standing_of(f, key, f->admin);
	assert_true(standing.repository_known);
	assert_true(standing.blacked_out);
	assert_true(
	    db_target_find(&f->db, key, "a", &f->admin, ACTION_WRITE, &standing, &target, &f->err));
	assert_true(standing.blacked_out);
	assert_int_not_equal(target.repository, 0);
}

static void
a_viewer_is_valid_as_long_as_its_account(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct viewer viewer = account_make(f, ACTION_READ, key), stale = viewer, anonymous = { 0 };

	stale.epoch++;
	assert_true(standing_of(f, key, viewer).viewer_valid);
	assert_true(standing_of(f, key, viewer).allowed);
	assert_true(standing_of(f, key, anonymous).viewer_valid);
	assert_false(standing_of(f, key, anonymous).allowed);
	assert_false(standing_of(f, key, stale).viewer_valid);
	assert_false(standing_of(f, key, stale).allowed);
	/* A lock holds back new passwords only. */
	ask(f, "UPDATE account SET locked_until = now() + interval '1 minute' WHERE id = %d",
	    viewer.account);
	assert_true(standing_of(f, key, viewer).viewer_valid);
	ask(f, "UPDATE account SET disabled = true WHERE id = %d", viewer.account);
	assert_false(standing_of(f, key, viewer).viewer_valid);
	viewer.account = 2000000000;
	assert_false(standing_of(f, key, viewer).viewer_valid);
}

static void
a_push_lands_in_the_default_deployment(void **state)
{
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);
	struct viewer viewer = account_make(f, ACTION_READ | ACTION_WRITE, first);
	struct target target = target_of(f, key, "a/b", viewer);

	assert_string_equal(target.key, first);
	assert_int_equal(target.actions, ACTION_READ | ACTION_WRITE);
	assert_int_equal(target.image, 0);
	blob_make(f, first, "a/b", "x");
	assert_int_not_equal(target_of(f, key, "a/b", viewer).image, 0);
	ask(f, "UPDATE repository SET default_deployment_id = NULL WHERE key = '%s'", key);
	assert_int_equal(target_of(f, key, "a/b", viewer).repository, 0);
}

static void
wanted_actions_are_all_needed(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct viewer writer = account_make(f, ACTION_READ | ACTION_WRITE, key);
	struct standing standing;
	struct target target;

	assert_true(
	    db_target_find(&f->db, key, "a", &writer, ACTION_WRITE, &standing, &target, &f->err));
	assert_true(standing.allowed);
	assert_true(db_target_find(
	    &f->db, key, "a", &writer, ACTION_WRITE | ACTION_DELETE, &standing, &target, &f->err));
	assert_false(standing.allowed);
	assert_true(db_target_find(&f->db, key, "a", &f->admin, ACTION_WRITE | ACTION_DELETE,
	    &standing, &target, &f->err));
	assert_true(standing.allowed);
}

static void
patterns_of_a_repository_keep_names_out_for_everybody(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);

	ask(f,
	    "UPDATE repository SET includes = 'team/**', excludes = '**/secret' WHERE key = '%s'",
	    key);
	assert_int_equal(target_of(f, key, "team/app", f->admin).actions, 15);
	assert_int_equal(target_of(f, key, "other/app", f->admin).actions, 0);
	assert_int_equal(target_of(f, key, "team/secret", f->admin).actions, 0);
}

static void
rights_are_read_anywhere_and_the_rest_at_the_target(void **state)
{
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);
	struct viewer reader = account_make(f, 15, second), nobody = account_make(f, 0, NULL);
	struct standing standing;
	int actions;

	assert_true(db_rights_find(&f->db, key, "a", &reader, &standing, &actions, &f->err));
	assert_int_equal(actions, ACTION_READ);
	assert_true(db_rights_find(&f->db, key, "a", &nobody, &standing, &actions, &f->err));
	assert_int_equal(actions, 0);
	assert_true(db_rights_find(&f->db, key, "a", &f->admin, &standing, &actions, &f->err));
	assert_int_equal(actions, 15);
	reader.epoch++;
	assert_true(db_rights_find(&f->db, key, "a", &reader, &standing, &actions, &f->err));
	assert_int_equal(actions, 0);
	assert_false(standing.viewer_valid);
}

static void
image_with_content(struct fixture *f, const char *key, const char *name)
{
	assert_int_equal(push(f, key, name, f->admin, name, NULL, 0, "latest"), MANIFEST_PUT_DONE);
}

static const char *
catalog_text(struct fixture *f, const char *key, struct viewer viewer, const char *last, int limit)
{
	const char **names, *text = "";
	struct standing standing;
	size_t count;

	assert_true(
	    db_catalog(&f->db, key, &viewer, last, limit, &standing, &names, &count, &f->err));
	for (size_t i = 0; i < count; i++)
		text = arena_printf(f->db.arena, "%s%s ", text, names[i]);
	return text;
}

static void
the_catalog_merges_and_pages_in_byte_order(void **state)
{
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);

	image_with_content(f, first, "b/c");
	image_with_content(f, first, "b-c");
	image_with_content(f, second, "b/c");
	image_with_content(f, second, "a");
	blob_make(f, first, "abandoned", "x");
	assert_string_equal(catalog_text(f, key, f->admin, NULL, 10), "a b-c b/c ");
	assert_string_equal(catalog_text(f, key, f->admin, NULL, 2), "a b-c ");
	assert_string_equal(catalog_text(f, key, f->admin, "a", 2), "b-c b/c ");
	assert_string_equal(catalog_text(f, key, f->admin, "b/c", 2), "");
	assert_string_equal(catalog_text(f, key, f->admin, NULL, 0), "");
}

static void
the_catalog_shows_what_may_be_read(void **state)
{
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);
	struct viewer reader = account_make(f, ACTION_READ, second),
		      nobody = account_make(f, 0, NULL);

	image_with_content(f, first, "private");
	image_with_content(f, second, "public/a");
	image_with_content(f, second, "public/b");
	assert_string_equal(catalog_text(f, key, reader, NULL, 10), "public/a public/b ");
	assert_string_equal(catalog_text(f, key, nobody, NULL, 10), "");
	ask(f,
	    "UPDATE permission_target t SET includes = 'public/b' FROM permission_target_principal p"
	    " WHERE p.target_id = t.id AND p.principal_id = %d",
	    reader.account);
	assert_string_equal(catalog_text(f, key, reader, NULL, 10), "public/b ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(an_unknown_key_is_unknown_and_nothing_else),
		DB_TEST(a_v1_repository_is_no_v2_key),
		DB_TEST(a_deleted_repository_is_unknown),
		DB_TEST(black_out_is_told_from_unknown),
		DB_TEST(a_viewer_is_valid_as_long_as_its_account),
		DB_TEST(a_push_lands_in_the_default_deployment),
		DB_TEST(wanted_actions_are_all_needed),
		DB_TEST(patterns_of_a_repository_keep_names_out_for_everybody),
		DB_TEST(rights_are_read_anywhere_and_the_rest_at_the_target),
		DB_TEST(the_catalog_merges_and_pages_in_byte_order),
		DB_TEST(the_catalog_shows_what_may_be_read),
	};

	return FIXTURE_RUN("repository", tests);
}
