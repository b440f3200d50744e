#include "http/range.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>

static int64_t first, last;
static struct range_set set;

/* Sets first and last to those of the only range. */
static enum range_kind
parse(const char *value, int64_t size)
{
	enum range_kind kind = range_parse(value, size, &set);

	first = set.count == 1 ? set.at[0].first : -7;
	last = set.count == 1 ? set.at[0].last : -7;
	return kind;
}

static void
one_range_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse("bytes=0-0", 10), RANGE_SOME);
	assert_true(first == 0 && last == 0);
	assert_int_equal(parse("bytes=2-5", 10), RANGE_SOME);
	assert_true(first == 2 && last == 5);
	assert_int_equal(parse("bytes=4-", 10), RANGE_SOME);
	assert_true(first == 4 && last == 9);
	assert_int_equal(parse("bytes=-3", 10), RANGE_SOME);
	assert_true(first == 7 && last == 9);
	assert_int_equal(parse("BYTES= 1-2 ", 10), RANGE_SOME);
	assert_true(first == 1 && last == 2);
}

static void
the_end_is_clamped(void **state)
{
	(void)state;
	assert_int_equal(parse("bytes=8-10", 10), RANGE_SOME);
	assert_true(first == 8 && last == 9);
	assert_int_equal(parse("bytes=8-100", 10), RANGE_SOME);
	assert_true(first == 8 && last == 9);
	assert_int_equal(parse("bytes=-100", 10), RANGE_SOME);
	assert_true(first == 0 && last == 9);
	assert_int_equal(parse("bytes=9-99999999999999999999999", 10), RANGE_SOME);
	assert_true(first == 9 && last == 9);
}

static void
what_lies_beyond_the_end_is_unsatisfiable(void **state)
{
	(void)state;
	assert_int_equal(parse("bytes=10-", 10), RANGE_UNSATISFIABLE);
	assert_int_equal(parse("bytes=10-20", 10), RANGE_UNSATISFIABLE);
	assert_int_equal(parse("bytes=99999999999999999999999-", 10), RANGE_UNSATISFIABLE);
	assert_int_equal(parse("bytes=-0", 10), RANGE_UNSATISFIABLE);
	assert_int_equal(parse("bytes=10-,20-30", 10), RANGE_UNSATISFIABLE);
	/* Invalid: a server may ignore or refuse it, and web servers differ. */
	assert_int_equal(parse("bytes=5-4", 10), RANGE_UNSATISFIABLE);
	assert_int_equal(parse("bytes=0-", 0), RANGE_UNSATISFIABLE);
	assert_int_equal(parse("bytes=-5", 0), RANGE_UNSATISFIABLE);
}

static void
several_ranges_are_read_in_order(void **state)
{
	(void)state;
	assert_int_equal(parse("bytes=4-5,0-1", 10), RANGE_SOME);
	assert_int_equal(set.count, 2);
	assert_true(set.at[0].first == 4 && set.at[1].first == 0 && set.at[1].last == 1);
	assert_int_equal(parse("bytes=0-1 , -1", 10), RANGE_SOME);
	assert_true(set.count == 2 && set.at[1].first == 9);
	assert_int_equal(parse("bytes=50-60,0-1", 10), RANGE_SOME);
	assert_true(first == 0 && last == 1);
}

/* A value of `count` single bytes. */
static const char *
many_bytes(int count)
{
	static char text[8 * (RANGES_MAX + 2)];
	int length = snprintf(text, sizeof(text), "bytes=");

	for (int i = 0; i < count; i++)
		length += snprintf(text + length, sizeof(text) - (size_t)length, "%s%d-%d",
		    i == 0 ? "" : ",", i, i);
	return text;
}

static void
too_many_or_overlapping_ranges_are_ignored(void **state)
{
	(void)state;
	assert_int_equal(parse(many_bytes(100), 1000), RANGE_SOME);
	assert_int_equal(set.count, 100);
	assert_int_equal(parse("bytes=0-,0-", 10), RANGE_NONE);
	assert_int_equal(parse("bytes=0-8,8-9", 10), RANGE_NONE);
	assert_int_equal(parse("bytes=0-8,9-9", 10), RANGE_SOME);
}

static void
what_is_no_byte_range_is_ignored(void **state)
{
	static const char *const values[] = { "", "bytes", "bytes=", "bytes=-", "bytes=a-b",
		"bytes=1", "bytes=1-2,", "bytes=1-2;3-4", "bytes=+1-2", "bytes=1--2", "bytes=0x1-2",
		"items=0-1", "bytes 0-1", "bytes=1 -2" };

	(void)state;
	assert_int_equal(parse(NULL, 10), RANGE_NONE);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (parse(values[i], 10) != RANGE_NONE)
			fail_msg("%s", values[i]);
}

static void
one_range_without_oddities_is_plain(void **state)
{
	static const char *const plain[] = { "bytes=0-0", "bytes=7-", "bytes=-7", "bytes=5-2",
		"bytes=0-999999999999999999", "bytes=00-1" };
	static const char *const odd[] = { "", "bytes=", "bytes=-", "bytes=1", "Bytes=0-1",
		"bytes= 0-1", "bytes=0-1 ", "bytes=0 -1", "bytes=+0-1", "bytes=0-+1", "bytes=0-1,",
		"bytes=0-1,3-4", "bytes=0-1;3", "bytes=0-1-2", "bytes=0-1000000000000000000",
		"bytes=-1000000000000000000", "bytes=1000000000000000000-", "lines=0-1" };

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (!range_is_plain(plain[i]))
			fail_msg("%s", plain[i]);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (range_is_plain(odd[i]))
			fail_msg("%s", odd[i]);
}

static void
content_range_is_read_in_each_form(void **state)
{
	static const char *const values[] = { "2-5", "bytes 2-5/6", "bytes=2-5", "bytes 2-5/*",
		"2-5/100" };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		first = last = -7;
		if (!range_parse_content(values[i], &first, &last) || first != 2 || last != 5)
			fail_msg("%s", values[i]);
	}
}

static void
content_range_that_cannot_be_is_refused(void **state)
{
	static const char *const values[] = { "", "-", "5", "5-", "-5", "5-4", "a-b", "0-3x",
		"bytes */6", "0-3/", "0-3/3", "0-3/x", " 0-3", "0 - 3", "-1-3",
		"0-9223372036854775807", "0-99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (range_parse_content(values[i], &first, &last))
			fail_msg("%s", values[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_range_is_read),
		cmocka_unit_test(the_end_is_clamped),
		cmocka_unit_test(what_lies_beyond_the_end_is_unsatisfiable),
		cmocka_unit_test(several_ranges_are_read_in_order),
		cmocka_unit_test(too_many_or_overlapping_ranges_are_ignored),
		cmocka_unit_test(what_is_no_byte_range_is_ignored),
		cmocka_unit_test(one_range_without_oddities_is_plain),
		cmocka_unit_test(content_range_is_read_in_each_form),
		cmocka_unit_test(content_range_that_cannot_be_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
