/* Members that could not be asked, as clients and the log get them. */
#include "registry/answer.h"

#include "test.h"

static void
a_member_is_recorded_once(void **state)
{
	struct arena *arena = arena_new();
	struct answer answer = { 0 };

	(void)state;
	answer_add_unavailable(&answer, arena, "hub", "timed out", "hub: no byte in 5 s");
	answer_add_unavailable(&answer, arena, "quay", "offline", "quay: set offline");
	answer_add_unavailable(&answer, arena, "hub", "refused", "hub: 403");
	assert_string_equal(answer_reasons(&answer, arena), "hub: timed out, quay: offline");
	assert_string_equal(
	    answer_causes(&answer, arena), "hub: no byte in 5 s, quay: set offline");
	arena_free(arena);
}

static void
the_error_names_the_members_that_were_not_asked(void **state)
{
	struct arena *arena = arena_new();
	struct answer answer = { 0 };
	struct error err = { .status = 418 };

	(void)state;
	assert_false(answer_unknown(&answer, arena, ERROR_BLOB_UNKNOWN, &err));
	assert_int_equal(error_status(&err), 404);
	assert_string_equal(err.message, "blob unknown to registry");
	assert_string_equal(err.cause, "");
	answer_add_unavailable(&answer, arena, "hub", "timed out", "hub: no byte in 5 s");
	assert_false(answer_unknown(&answer, arena, ERROR_BLOB_UNKNOWN, &err));
	assert_int_equal(err.code, ERROR_BLOB_UNKNOWN);
	assert_string_equal(err.message, "blob unknown to registry (hub: timed out)");
	assert_string_equal(err.cause, "hub: no byte in 5 s");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_is_recorded_once),
		cmocka_unit_test(the_error_names_the_members_that_were_not_asked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
