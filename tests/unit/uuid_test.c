/* UUIDs: every UUID that we make is accepted. */
#include "base/uuid.h"

#include <string.h>

#include "test.h"

static void
what_is_made_is_one(void **state)
{
	char first[UUID_TEXT_SIZE], second[UUID_TEXT_SIZE];

	(void)state;
	uuid_random(first);
	uuid_random(second);
	assert_true(uuid_check(first));
	assert_string_not_equal(first, second);
	assert_int_equal(first[14], '4');
	assert_non_null(strchr("89ab", first[19]));
}

static void
nothing_else_is(void **state)
{
	static const char *const texts[] = { "", "x", "00000000-0000-4000-8000-00000000000",
		"00000000-0000-4000-8000-0000000000000", "00000000-0000-4000-8000-00000000000g",
		"000000000000-4000-8000-000000000000-", "00000000-0000-4000-8000_000000000000" };

	(void)state;
	assert_true(uuid_check("0123abCD-0000-4000-8000-ffffFFFF0000"));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(uuid_check(texts[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_is_one),
		cmocka_unit_test(nothing_else_is),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("uuid", tests, NULL, NULL);
}
