#include "base/log.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* The output of `write` on stderr; the caller frees it. */
static char *
captured(void (*write)(void))
{
	int saved = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	char *text = calloc(1, 100000);

	dup2(fileno(file), STDERR_FILENO);
	write();
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	assert_true(fread(text, 1, 99999, file) < 99999);
	fclose(file);
	return text;
}

static void
write_some(void)
{
	log_open("test", LOG_LEVEL_WARNING);
	log_line(LOG_LEVEL_INFO, "too quiet");
	log_line(LOG_LEVEL_WARNING, "two\n%s", "lines");
	log_fields(LOG_LEVEL_ERROR, "a=1 b=2");
}

static void
a_line_has_level_time_and_program(void **state)
{
	char *text = captured(write_some), *second = strchr(text, '\n') + 1;

	(void)state;
	assert_memory_equal(text, "<4>time=20", 10);
	assert_non_null(strstr(text, "Z level=warning program=test msg=\"two\\nlines\"\n"));
	assert_memory_equal(second, "<3>time=20", 10);
	assert_string_equal(strstr(second, " level="), " level=error program=test a=1 b=2\n");
	free(text);
}

static void
write_much(void)
{
	char fields[20000];

	memset(fields, 'x', sizeof(fields) - 1);
	fields[sizeof(fields) - 1] = '\0';
	log_fields(LOG_LEVEL_ERROR, fields);
	log_line(LOG_LEVEL_ERROR, "%s", fields);
}

static void
a_long_line_is_cut_and_ended(void **state)
{
	char *text = captured(write_much), *first = strchr(text, '\n'),
	     *second = strchr(first + 1, '\n');

	(void)state;
	assert_true(first - text > 4000 && first - text < 9000);
	assert_non_null(second);
	assert_string_equal(second, "\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_values_stay_bare),
		cmocka_unit_test(values_that_could_mislead_are_quoted),
		cmocka_unit_test(control_characters_start_no_line),
		cmocka_unit_test(long_values_are_cut_and_closed),
		cmocka_unit_test(a_line_has_level_time_and_program),
		cmocka_unit_test(a_long_line_is_cut_and_ended),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
