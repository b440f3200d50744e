#include "oci/reference.h"

#include "test.h"

#define ABC "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void
a_word_is_a_tag(void **state)
{
	struct error err = { 0 };
	struct reference reference;

	(void)state;
	assert_true(reference_parse(&reference, "latest", &err));
	assert_string_equal(reference.tag, "latest");
	assert_false(reference_parse(&reference, ".latest", &err));
	assert_int_equal(err.code, ERROR_TAG_INVALID);
	assert_false(reference_parse(&reference, "", &err));
	assert_int_equal(err.code, ERROR_TAG_INVALID);
}

static void
a_colon_makes_it_a_digest(void **state)
{
	struct error err = { 0 };
	struct reference reference;

	(void)state;
	assert_true(reference_parse(&reference, ABC, &err));
	assert_null(reference.tag);
	assert_string_equal(reference.digest.text, ABC);
	assert_false(reference_parse(&reference, "sha256:totallywrong", &err));
	assert_int_equal(err.code, ERROR_DIGEST_INVALID);
	assert_null(reference.tag);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_a_tag),
		cmocka_unit_test(a_colon_makes_it_a_digest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
