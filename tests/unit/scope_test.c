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
	/* as a form encodes the blank */
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
at_most_64_are_read(void **state)
{
	const char *values[101] = { 0 };
	struct token_access *access;
	size_t count;

	for (size_t i = 0; i < 100; i++)
		values[i] = "repository:a:pull repository:b:push";
	scope_parse(*state, values, &access, &count);
	assert_int_equal(count, 64);
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
		cmocka_unit_test_setup_teardown(at_most_64_are_read, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
