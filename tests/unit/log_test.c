#include "base/log.h"

#include "test.h"

#include <string.h>

static void
plain_values_stay_bare(void **state)
{
	char out[32];

	(void)state;
	assert_string_equal(log_quote(out, sizeof(out), "/v2/a:b@c"), "/v2/a:b@c");
}

static void
values_that_could_mislead_are_quoted(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(log_quote(out, sizeof(out), ""), "\"\"");
	assert_string_equal(log_quote(out, sizeof(out), "a b"), "\"a b\"");
	assert_string_equal(log_quote(out, sizeof(out), "a=b"), "\"a=b\"");
	assert_string_equal(log_quote(out, sizeof(out), "a\"b\\c"), "\"a\\\"b\\\\c\"");
}

static void
control_characters_start_no_line(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(
	    log_quote(out, sizeof(out), "a\nb\rc\x1b[0m"), "\"a\\nb\\x0dc\\x1b[0m\"");
	assert_string_equal(log_quote(out, sizeof(out), "\xc2\x9b"), "\"\\xc2\\x9b\"");
}

static void
long_values_are_cut_and_closed(void **state)
{
	char out[8];

	(void)state;
	for (size_t size = 3; size <= sizeof(out); size++) {
		memset(out, '#', sizeof(out));
		log_quote(out, size, "\n\n\n\n\n\n\n\n");
		assert_true(strlen(out) < size);
		assert_int_equal(out[0], '"');
		assert_int_equal(out[strlen(out) - 1], '"');
	}
	assert_string_equal(log_quote(out, 6, "abcdefgh"), "\"abc\"");
	assert_string_equal(log_quote(out, 1, "abc"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_values_stay_bare),
		cmocka_unit_test(values_that_could_mislead_are_quoted),
		cmocka_unit_test(control_characters_start_no_line),
		cmocka_unit_test(long_values_are_cut_and_closed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
