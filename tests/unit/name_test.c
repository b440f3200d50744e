#include "oci/name.h"

#include "test.h"

#include <string.h>

static void
names_of_the_grammar_are_taken(void **state)
{
	static const char *const good[] = { "a", "0", "alpine", "library/alpine", "a/b/c/d/e",
		"a.b", "a_b", "a__b", "a-b", "a---b", "a-b_c.d__e--f", "a/manifests",
		"a/blobs/uploads", "0/0", "v2/v2" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!name_check(good[i], &err))
			fail_msg("%s: %s", good[i], err.message);
}

static void
other_names_are_refused(void **state)
{
	static const char *const bad[] = { "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..",
		"a/../b", "a/./b", "A", "library/Alpine", "a..b", "a._b", "a___b", "a_-b", "a-.b",
		".a", "a.", "_a", "a_", "-a", "a-", "a-/b", "a b", "a\tb", "a\nb", "a%2fb", "a:b",
		"a@b", "a\\b", "a+b", "\xc3\xa9", "a\x7f", "a\x01" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = { 0 };

		if (name_check(bad[i], &err))
			fail_msg("\"%s\" was taken", bad[i]);
		assert_int_equal(err.code, ERROR_NAME_INVALID);
	}
}

static void
a_name_has_255_bytes_at_most(void **state)
{
	struct error err = { 0 };
	char name[300];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[255] = '\0';
	assert_true(name_check(name, &err));
	name[255] = 'a';
	name[256] = '\0';
	assert_false(name_check(name, &err));
}

static void
tags_of_the_grammar_are_taken(void **state)
{
	static const char *const good[] = { "latest", "v1.0", "_", "_a", "A", "1", "a.", "a-",
		"a__b", "3.19.1-rc_2" };
	struct error err = { 0 };
	char longest[TAG_MAX_LENGTH + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(name_check_tag(good[i], &err));
	memset(longest, 'x', sizeof(longest));
	longest[TAG_MAX_LENGTH] = '\0';
	assert_true(name_check_tag(longest, &err));
	longest[TAG_MAX_LENGTH] = 'x';
	longest[TAG_MAX_LENGTH + 1] = '\0';
	assert_false(name_check_tag(longest, &err));
	assert_int_equal(err.code, ERROR_TAG_INVALID);
}

static void
other_tags_are_refused(void **state)
{
	static const char *const bad[] = { "", ".", ".a", "-a", "a b", "a/b", "a:b", "a@b", "a+b",
		"a\n", "\xc3\xa9" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = { 0 };

		assert_false(name_check_tag(bad[i], &err));
		assert_int_equal(err.code, ERROR_TAG_INVALID);
	}
}

static void
repository_keys_begin_with_a_letter_or_digit(void **state)
{
	static const char *const bad[] = { "", "_a", "-a", ".a", "a/b", "a b", "..", "a%" };
	struct error err = { 0 };
	char key[66];

	(void)state;
	assert_true(name_check_key("docker-dev-local2", &err));
	assert_true(name_check_key("A.b_C", &err));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(name_check_key(bad[i], &err));
	assert_int_equal(err.code, ERROR_BAD_REQUEST);
	memset(key, 'k', sizeof(key));
	key[64] = '\0';
	assert_true(name_check_key(key, &err));
	key[64] = 'k';
	key[65] = '\0';
	assert_false(name_check_key(key, &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_the_grammar_are_taken),
		cmocka_unit_test(other_names_are_refused),
		cmocka_unit_test(a_name_has_255_bytes_at_most),
		cmocka_unit_test(tags_of_the_grammar_are_taken),
		cmocka_unit_test(other_tags_are_refused),
		cmocka_unit_test(repository_keys_begin_with_a_letter_or_digit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
