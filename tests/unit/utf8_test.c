#include "base/utf8.h"

#include "test.h"

#include <stdio.h>

static void
well_formed_text_is_taken(void **state)
{
	static const char *const good[] = { "", "admin", "\x7f", "\xc2\x80", "\xdf\xbf",
		"\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf", "a\xc3\xa9z" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(utf8_check(good[i]));
}

static void
malformed_text_is_refused(void **state)
{
	static const char *const bad[] = {
		"\x80", "\xbf", "\xfe", "\xff",                             /* not a first byte */
		"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", /* overlong */
		"\xed\xa0\x80", "\xed\xbf\xbf",                             /* surrogates */
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80",                     /* above U+10FFFF */
		"\xc2", "\xe0\xa0", "\xf0\x90\x80", "a\xc3", "\xc3z", "\xe2\x82z" /* cut */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(utf8_check(bad[i]));
}

static void
malformed_bytes_are_replaced(void **state)
{
	static const struct {
		const char *from, *to;
	} texts[] = {
		{ "", "" },
		{ "a\xc3\xa9z", "a\xc3\xa9z" },
		{ "a\xc3", "a?" },
		{ "\xe2\x82z\xf0\x90\x80", "??z???" },
		{ "\xff\xc3\xa9\x80", "?\xc3\xa9?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char text[16];

		snprintf(text, sizeof(text), "%s", texts[i].from);
		utf8_repair(text);
		assert_string_equal(text, texts[i].to);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_text_is_taken),
		cmocka_unit_test(malformed_text_is_refused),
		cmocka_unit_test(malformed_bytes_are_replaced),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
