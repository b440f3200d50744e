#include "oci/mediatype.h"

#include "test.h"

#include <string.h>

static void
the_type_is_cut_out_in_lower_case(void **state)
{
	static const char *const good[] = { "application/vnd.oci.image.index.v1+json",
		" Application/Vnd.OCI.image.index.v1+JSON ",
		"application/vnd.oci.image.index.v1+json;charset=utf-8",
		"\tapplication/vnd.oci.image.index.v1+json ; a=\"b c\"" };
	char out[MEDIATYPE_MAX_LENGTH + 1];
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(mediatype_parse(out, good[i], &err));
		assert_string_equal(out, MEDIATYPE_OCI_INDEX);
	}
}

static void
what_is_no_media_type_is_refused(void **state)
{
	static const char *const bad[] = { "", " ", "application", "/", "application/", "/json",
		"a/b/c", "a b/c", "a/b c", "a /b", "a/b,c/d", ".a/b", "a/+b", "*/*", "a/b\r\nX: y",
		"a/b;\r\nX: y", "a/\xc3\xa9", "a/b\x7f" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char out[MEDIATYPE_MAX_LENGTH + 1];
		struct error err = { 0 };

		if (mediatype_parse(out, bad[i], &err))
			fail_msg("\"%s\" was taken", bad[i]);
		assert_int_equal(err.code, ERROR_MEDIA_TYPE);
	}
}

static void
each_half_has_127_characters_at_most(void **state)
{
	char text[300], out[MEDIATYPE_MAX_LENGTH + 1];
	struct error err = { 0 };

	(void)state;
	memset(text, 'a', sizeof(text));
	text[127] = '/';
	text[255] = '\0';
	assert_true(mediatype_parse(out, text, &err));
	assert_int_equal(strlen(out), MEDIATYPE_MAX_LENGTH);
	text[255] = 'a';
	text[256] = '\0';
	assert_false(mediatype_parse(out, text, &err));
}

static void
json_is_told_by_type_or_suffix(void **state)
{
	(void)state;
	assert_true(mediatype_is_json("application/json"));
	assert_true(mediatype_is_json("application/vnd.a.b+json"));
	assert_false(mediatype_is_json("application/jsonp"));
	assert_false(mediatype_is_json("text/json"));
	assert_false(mediatype_is_json("+json"));
	assert_false(mediatype_is_json(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_type_is_cut_out_in_lower_case),
		cmocka_unit_test(what_is_no_media_type_is_refused),
		cmocka_unit_test(each_half_has_127_characters_at_most),
		cmocka_unit_test(json_is_told_by_type_or_suffix),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mediatype", tests, NULL, NULL);
}
