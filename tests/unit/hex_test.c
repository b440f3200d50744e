#include "base/hex.h"

#include "test.h"

#include <string.h>

static void
every_byte_comes_back(void **state)
{
	unsigned char data[256], back[256];
	char text[2 * 256 + 1];

	(void)state;
	for (int i = 0; i < 256; i++)
		data[i] = (unsigned char)i;
	hex_encode(text, data, 256);
	assert_int_equal(strlen(text), 512);
	assert_memory_equal(text, "000102", 6);
	assert_string_equal(text + 506, "fdfeff");
	assert_true(hex_decode(back, 256, text));
	assert_memory_equal(back, data, 256);
}

static void
anything_else_is_refused(void **state)
{
	static const char *const bad[] = { "", "0", "00", "000", "00000", "000000", "00AA", "00g0",
		"0x00", "00 0", "00\xff\xff" };
	unsigned char data[2];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(hex_decode(data, 2, bad[i]));
	assert_true(hex_decode(data, 2, "00af"));
	assert_true(hex_decode(data, 0, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(anything_else_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("hex", tests, NULL, NULL);
}
