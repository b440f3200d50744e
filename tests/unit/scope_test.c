#include "auth/scope.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

static int
setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static size_t
parse(struct arena *arena, const char *text, struct token_access **access)
{
	const char *const values[] = { text, NULL };
	size_t count;

	scope_parse(arena, values, access, &count);
	return count;
}

static void
actions_are_told_apart(void **state)
{
	struct token_access *access;

	assert_int_equal(parse(*state, "repository:library/alpine:pull,push", &access), 1);
	assert_string_equal(access->type, "repository");
	assert_string_equal(access->name, "library/alpine");
	assert_true(access->pull && access->push && !access->del);
	assert_int_equal(parse(*state, "repository:a:pull", &access), 1);
	assert_true(access->pull && !access->push && !access->del);
	assert_int_equal(parse(*state, "repository:a:delete", &access), 1);
	assert_true(!access->pull && !access->push && access->del);
	assert_int_equal(parse(*state, "repository:a:*", &access), 1);
	assert_true(access->pull && access->push && access->del);
}

static void
unknown_actions_are_dropped(void **state)
{
	struct token_access *access;

	assert_int_equal(parse(*state, "repository:a:PULL,pul,pushh,,admin", &access), 1);
	assert_true(!access->pull && !access->push && !access->del);
	assert_int_equal(parse(*state, "repository:a:", &access), 1);
	assert_true(!access->pull && !access->push && !access->del);
}

static void
a_name_may_hold_a_port(void **state)
{
	struct token_access *access;

	assert_int_equal(parse(*state, "repository:localhost:5001/a/b:pull", &access), 1);
	assert_string_equal(access->name, "localhost:5001/a/b");
	assert_true(access->pull);
}

static void
one_value_may_hold_several(void **state)
{
	struct token_access *access;

	assert_int_equal(
	    parse(*state, " repository:a:pull  repository:b:push registry:catalog:* ", &access), 3);
	assert_string_equal(access[1].name, "b");
	assert_string_equal(access[2].type, "registry");
	/* a blank as encoded in forms */
	assert_int_equal(parse(*state, "repository:a:pull+repository:b:push", &access), 2);
}

static void
malformed_entries_are_skipped(void **state)
{
	struct token_access *access;

	assert_int_equal(parse(*state, "", &access), 0);
	assert_int_equal(parse(*state, "   ", &access), 0);
	assert_int_equal(parse(*state, "repository", &access), 0);
	assert_int_equal(parse(*state, "repository:a", &access), 0);
	assert_int_equal(parse(*state, "repository::pull", &access), 0);
	assert_int_equal(parse(*state, ":a:pull", &access), 0);
	assert_int_equal(parse(*state, "repository:a\"b:pull", &access), 0);
	assert_int_equal(parse(*state, "repository:a\nb:pull", &access), 0);
	assert_int_equal(parse(*state, "repository:\xc3\xa9:pull", &access), 0);
	assert_int_equal(parse(*state, "x repository:a:pull y", &access), 1);
}

static void
the_class_of_a_type_is_dropped(void **state)
{
	struct token_access *access;

	assert_int_equal(parse(*state, "repository(plugin):x/y:pull", &access), 1);
	assert_string_equal(access->type, "repository");
	assert_string_equal(access->name, "x/y");
	assert_true(access->pull && !access->push);
	assert_int_equal(parse(*state, "repository(:a:pull", &access), 0);
	assert_int_equal(parse(*state, "repository():a:pull", &access), 0);
	assert_int_equal(parse(*state, "repository(plugin:a:pull", &access), 0);
	assert_int_equal(parse(*state, "repository(plug-in):a:pull", &access), 0);
	assert_int_equal(parse(*state, "repository(plugin)x:a:pull", &access), 0);
	assert_int_equal(parse(*state, "Repository:a:pull", &access), 0);
}

static size_t
parse_many(struct arena *arena, const char *actions, struct token_access **access)
{
	char *text = arena_strdup(arena, "registry:catalog:* other:thing:pull,push");

	for (int i = 0; i < 200; i++)
		text = arena_printf(arena, "%s repository:team/app%d:%s", text, i, actions);
	return parse(arena, text, access);
}

static void
too_many_for_a_token_become_every_name(void **state)
{
	struct token_access *access;

	assert_int_equal(parse_many(*state, "pull", &access), 2);
	assert_string_equal(access[0].type, "repository");
	assert_true(access[0].any_name && access[0].pull && !access[0].push && !access[0].del);
	assert_string_equal(access[1].name, "catalog");
	assert_true(access[1].all && !access[1].any_name);
	assert_int_equal(parse_many(*state, "push", &access), 2);
	assert_true(access[0].any_name && !access[0].pull && access[0].push && !access[0].del);
}

/* Only the parser may set any_name. */
static void
a_star_is_no_name(void **state)
{
	struct token_access *access;

	assert_int_equal(parse(*state, "repository:*:pull", &access), 1);
	assert_false(access->any_name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(actions_are_told_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_actions_are_dropped, setup, teardown),
		cmocka_unit_test_setup_teardown(a_name_may_hold_a_port, setup, teardown),
		cmocka_unit_test_setup_teardown(one_value_may_hold_several, setup, teardown),
		cmocka_unit_test_setup_teardown(malformed_entries_are_skipped, setup, teardown),
		cmocka_unit_test_setup_teardown(the_class_of_a_type_is_dropped, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    too_many_for_a_token_become_every_name, setup, teardown),
		cmocka_unit_test_setup_teardown(a_star_is_no_name, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
