/* Repositories: targets of pushes, permissions, the catalog. */
#include "fixture.h"

static struct access_decision
decision_of(struct fixture *f, const char *key, struct principal principal)
{
	struct access_decision decision;

	assert_true(db_access_decision_find(&f->db, key, 2, &principal, &decision, &f->err));
	return decision;
}

static void
an_unknown_key_is_unknown_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	struct access_decision decision = decision_of(f, "nowhere", f->admin);
	struct target target;

	assert_false(decision.repository_known);
	assert_false(decision.blacked_out);
	assert_true(decision.principal_valid);
	assert_false(decision.allowed);
	assert_true(db_target_find(
	    &f->db, "nowhere", "a", &f->admin, ACTION_WRITE, &decision, &target, &f->err));
	assert_false(decision.repository_known);
	assert_false(decision.allowed);
	assert_int_equal(target.repository, 0);
}

static void
a_v1_repository_is_no_v2_key(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);

	ask(f, "UPDATE repository SET api_version = 1 WHERE key = '%s'", key);
	assert_false(decision_of(f, key, f->admin).repository_known);
}

static void
a_deleted_repository_is_unknown(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);

	ask(f, "SELECT repository_delete('%s', NULL, 0, 'test', NULL, NULL)", key);
	assert_false(decision_of(f, key, f->admin).repository_known);
}

static void
black_out_is_told_from_unknown(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct access_decision decision;
	struct target target;

	ask(f, "UPDATE repository SET blacked_out = true WHERE key = '%s'", key);
	decision = decision_of(f, key, f->admin);
	assert_true(decision.repository_known);
	assert_true(decision.blacked_out);
	assert_true(
	    db_target_find(&f->db, key, "a", &f->admin, ACTION_WRITE, &decision, &target, &f->err));
	assert_true(decision.blacked_out);
	assert_int_not_equal(target.repository, 0);
}

static void
a_principal_is_valid_as_long_as_its_account(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct principal principal = account_make(f, ACTION_READ, key), stale = principal,
			 anonymous = { 0 };

	stale.epoch++;
	assert_true(decision_of(f, key, principal).principal_valid);
	assert_true(decision_of(f, key, principal).allowed);
	assert_true(decision_of(f, key, anonymous).principal_valid);
	assert_false(decision_of(f, key, anonymous).allowed);
	assert_false(decision_of(f, key, stale).principal_valid);
	assert_false(decision_of(f, key, stale).allowed);
	/* A lock affects only sign-ins with a password that is not cached. */
	ask(f, "UPDATE account SET locked_until = now() + interval '1 minute' WHERE id = %d",
	    principal.account);
	assert_true(decision_of(f, key, principal).principal_valid);
	ask(f, "UPDATE account SET disabled = true WHERE id = %d", principal.account);
	assert_false(decision_of(f, key, principal).principal_valid);
	principal.account = 2000000000;
	assert_false(decision_of(f, key, principal).principal_valid);
}

static void
a_push_lands_in_the_default_deployment(void **state)
{
	struct fixture *f = *state;
	const char *first = local_make(f), *second = local_make(f),
		   *key = virtual_make(f, first, second);
	struct principal principal = account_make(f, ACTION_READ | ACTION_WRITE, first);
	struct target target = target_of(f, key, "a/b", principal);

	assert_string_equal(target.key, first);
	assert_int_equal(target.actions, ACTION_READ | ACTION_WRITE);
	assert_int_equal(target.image, 0);
	blob_make(f, first, "a/b", "x");
	assert_int_not_equal(target_of(f, key, "a/b", principal).image, 0);
	ask(f, "UPDATE repository SET default_deployment_id = NULL WHERE key = '%s'", key);
	assert_int_equal(target_of(f, key, "a/b", principal).repository, 0);
}

static void
wanted_actions_are_all_needed(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct principal writer = account_make(f, ACTION_READ | ACTION_WRITE, key);
	struct access_decision decision;
	struct target target;

	assert_true(
	    db_target_find(&f->db, key, "a", &writer, ACTION_WRITE, &decision, &target, &f->err));
	assert_true(decision.allowed);
	assert_true(db_target_find(
	    &f->db, key, "a", &writer, ACTION_WRITE | ACTION_DELETE, &decision, &target, &f->err));
	assert_false(decision.allowed);
	assert_true(db_target_find(&f->db, key, "a", &f->admin, ACTION_WRITE | ACTION_DELETE,
	    &decision, &target, &f->err));
	assert_true(decision.allowed);
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
	struct principal reader = account_make(f, 15, second), nobody = account_make(f, 0, NULL);
	struct access_decision decision;
	int actions;

	assert_true(db_rights_find(&f->db, key, "a", &reader, &decision, &actions, &f->err));
	assert_int_equal(actions, ACTION_READ);
	assert_true(db_rights_find(&f->db, key, "a", &nobody, &decision, &actions, &f->err));
	assert_int_equal(actions, 0);
	assert_true(db_rights_find(&f->db, key, "a", &f->admin, &decision, &actions, &f->err));
	assert_int_equal(actions, 15);
	reader.epoch++;
	assert_true(db_rights_find(&f->db, key, "a", &reader, &decision, &actions, &f->err));
	assert_int_equal(actions, 0);
	assert_false(decision.principal_valid);
}

static void
image_with_content(struct fixture *f, const char *key, const char *name)
{
	assert_int_equal(push(f, key, name, f->admin, name, NULL, 0, "latest"), MANIFEST_PUT_DONE);
}

static const char *
catalog_text(
    struct fixture *f, const char *key, struct principal principal, const char *last, int limit)
{
	const char **names, *text = "";
	struct access_decision decision;
	size_t count;

	assert_true(
	    db_catalog(&f->db, key, &principal, last, limit, &decision, &names, &count, &f->err));
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
	struct principal reader = account_make(f, ACTION_READ, second),
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
		DB_TEST(a_principal_is_valid_as_long_as_its_account),
		DB_TEST(a_push_lands_in_the_default_deployment),
		DB_TEST(wanted_actions_are_all_needed),
		DB_TEST(patterns_of_a_repository_keep_names_out_for_everybody),
		DB_TEST(rights_are_read_anywhere_and_the_rest_at_the_target),
		DB_TEST(the_catalog_merges_and_pages_in_byte_order),
		DB_TEST(the_catalog_shows_what_may_be_read),
	};

	return FIXTURE_RUN("repository", tests);
}
