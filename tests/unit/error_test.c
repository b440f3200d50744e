#include "base/error.h"

#include "test.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"

static void
set_answers_false_and_fills(void **state)
{
	struct error err = { .status = 418, .cause = "old", .retry_after = 60 };

	(void)state;
	assert_false(error_set(&err, ERROR_NAME_UNKNOWN, "no %s", "alpine"));
	assert_int_equal(err.code, ERROR_NAME_UNKNOWN);
	assert_string_equal(err.message, "no alpine");
	assert_string_equal(err.cause, "");
	assert_int_equal(error_status(&err), 404);
	assert_int_equal(err.retry_after, 0);
}

static void
without_a_format_the_code_has_a_sentence(void **state)
{
	struct error err;

	(void)state;
	error_set(&err, ERROR_DENIED, NULL);
	assert_string_equal(err.message, "requested access to the resource is denied");
}

static void
nobody_to_tell_is_fine(void **state)
{
	(void)state;
	assert_false(error_set(NULL, ERROR_DENIED, NULL));
	assert_false(error_errno(NULL, "x"));
	assert_false(error_cause(NULL, "x"));
}

static void
a_full_disk_is_not_an_internal_error(void **state)
{
	static const int full[] = { ENOSPC, EDQUOT };
	struct error err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		errno = full[i];
		assert_false(error_errno(&err, "cannot write"));
		assert_int_equal(err.code, ERROR_STORAGE_FULL);
		assert_int_equal(error_status(&err), 507);
		assert_string_equal(err.message, "cannot write: no space left for content");
		assert_int_equal(errno, full[i]);
	}
	errno = EIO;
	error_errno(&err, "cannot write %s", "it");
	assert_int_equal(err.code, ERROR_INTERNAL);
	assert_string_equal(err.message, "cannot write it");
	assert_string_equal(err.cause, "Input/output error");
}

static void
a_lack_of_descriptors_or_memory_passes(void **state)
{
	static const int scarce[] = { EMFILE, ENFILE, ENOMEM };
	struct error err;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		errno = scarce[i];
		assert_false(error_errno(&err, "cannot open"));
		assert_int_equal(error_status(&err), 503);
	}
}

static void
long_text_is_cut(void **state)
{
	struct error err;
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&err, ERROR_INTERNAL, "%s", text);
	error_cause(&err, "%s", text);
	assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
	assert_int_equal(strlen(err.cause), sizeof(err.cause) - 1);
}

/* Messages may quote a client's bytes, and be cut within a character, but are written as JSON. */
static void
text_is_valid_utf_8(void **state)
{
	struct error err;
	char text[1000] = "x";

	(void)state;
	for (size_t i = 1; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 3);
	for (size_t shift = 0; shift < 2; shift++) {
		error_set(&err, ERROR_BAD_REQUEST, "%s", text + shift);
		error_cause(&err, "%s", text + shift);
		assert_true(utf8_check(err.message) && utf8_check(err.cause));
	}
	error_set(&err, ERROR_BAD_REQUEST, "near '%s'", "\"\\\xc3");
	assert_string_equal(err.message, "near '\"\\?'");
	error_errno(&err, "cannot take \xff%s", "\xc3\xa9");
	assert_string_equal(err.message, "cannot take ?\xc3\xa9");
}

static void
a_status_of_its_own_wins(void **state)
{
	struct error err;

	(void)state;
	error_set(&err, ERROR_UNSUPPORTED, NULL);
	err.status = 400;
	assert_int_equal(error_status(&err), 400);
	assert_string_equal(error_spelling(ERROR_RANGE_NOT_SATISFIABLE), "RANGE_INVALID");
}

/* A case of another code is the same to clients. */
static void
a_case_looks_like_its_code(void **state)
{
	static const enum error_code pairs[][2] = { { ERROR_KEY_UNKNOWN, ERROR_NAME_UNKNOWN },
		{ ERROR_PRINCIPAL_STALE, ERROR_UNAUTHORIZED },
		{ ERROR_BLACKED_OUT, ERROR_DENIED } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct error one = { .code = pairs[i][0] }, other = { .code = pairs[i][1] };

		assert_string_equal(error_spelling(one.code), error_spelling(other.code));
		assert_int_equal(error_status(&one), error_status(&other));
	}
}

static void
a_client_learns_when_to_retry(void **state)
{
	struct error err;

	(void)state;
	error_set(&err, ERROR_UNAVAILABLE, NULL);
	assert_int_equal(error_retry_after(&err), 2);
	error_set(&err, ERROR_TOOMANYREQUESTS, NULL);
	assert_int_equal(error_retry_after(&err), 2);
	err.retry_after = 60;
	assert_int_equal(error_retry_after(&err), 60);
	error_set(&err, ERROR_UPSTREAM_FAILED, NULL);
	assert_int_equal(error_retry_after(&err), 0);
	err.retry_after = 60;
	assert_int_equal(error_retry_after(&err), 60);
	error_set(&err, ERROR_MANIFEST_UNKNOWN, NULL);
	err.retry_after = 60; /* asking again later does not help if an administrator must act */
	assert_int_equal(error_retry_after(&err), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_answers_false_and_fills),
		cmocka_unit_test(without_a_format_the_code_has_a_sentence),
		cmocka_unit_test(nobody_to_tell_is_fine),
		cmocka_unit_test(a_full_disk_is_not_an_internal_error),
		cmocka_unit_test(a_lack_of_descriptors_or_memory_passes),
		cmocka_unit_test(long_text_is_cut),
		cmocka_unit_test(text_is_valid_utf_8),
		cmocka_unit_test(a_status_of_its_own_wins),
		cmocka_unit_test(a_case_looks_like_its_code),
		cmocka_unit_test(a_client_learns_when_to_retry),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
