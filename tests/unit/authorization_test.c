#include "http/authorization.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

static int
setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct authorization
parse(void **state, const char *header)
{
	struct authorization authorization;

	authorization_parse(*state, header, &authorization);
	return authorization;
}

static void
no_header_is_no_attempt(void **state)
{
	assert_int_equal(parse(state, NULL).kind, AUTHORIZATION_NONE);
}

static void
basic_gives_user_and_password(void **state)
{
	struct authorization a = parse(state, "Basic YWRtaW46cGFzczp3b3Jk"); /* admin:pass:word */

	assert_int_equal(a.kind, AUTHORIZATION_BASIC);
	assert_string_equal(a.user, "admin");
	assert_string_equal(a.password, "pass:word");
	a = parse(state, "bAsIc   Og=="); /* : */
	assert_int_equal(a.kind, AUTHORIZATION_BASIC);
	assert_string_equal(a.user, "");
	assert_string_equal(a.password, "");
	a = parse(state, "Basic w6k6w6k="); /* é:é */
	assert_int_equal(a.kind, AUTHORIZATION_BASIC);
	assert_string_equal(a.user, "\xc3\xa9");
}

static void
bearer_gives_the_token(void **state)
{
	struct authorization a = parse(state, "bearer  abc.def-_.ghi");

	assert_int_equal(a.kind, AUTHORIZATION_BEARER);
	assert_string_equal(a.token, "abc.def-_.ghi");
}

static void
what_cannot_be_read_is_bad(void **state)
{
	static const char *const headers[] = { "", "Basic", "Basic ", "Bearer", "Bearer ",
		"Bearer    ", "Digest abc", "Basicx YTpi", "YTpi", "Basic YWRtaW4=", /* no colon */
		"Basic !!!!", "Basic YTo", "Basic YTpiAGM=",                         /* a:b NUL c */
		"Basic YTpiCg==", /* a:b and a line feed */
		"Basic YX86Yg==", "Bearer a\tb" };

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (parse(state, headers[i]).kind != AUTHORIZATION_BAD)
			fail_msg("\"%s\" is taken", headers[i]);
}

static void
length_has_a_limit(void **state)
{
	enum { LIMIT = 16 * 1024 };
	char *header = malloc(LIMIT + 2);

	memset(header, 'a', LIMIT + 1);
	memcpy(header, "Bearer ", 7);
	header[LIMIT] = '\0';
	assert_int_equal(parse(state, header).kind, AUTHORIZATION_BEARER);
	header[LIMIT] = 'a';
	header[LIMIT + 1] = '\0';
	assert_int_equal(parse(state, header).kind, AUTHORIZATION_BAD);
	free(header);
}

/* docker 1.5 to 1.12 send the value of X-Docker-Token in this form. */
static void
token_gives_its_signature(void **state)
{
	static const char *const good[] = { "Token signature=abc,repository=\"a/b\",access=read",
		"Token Token signature=abc,repository=\"a/b\",access=write", "token signature=abc",
		"Token  signature=abc" };
	static const char *const bad[] = { "Token abc",
		"Token signature=", "Token signature=,access=read", "Token repository=\"a\"",
		"Tokens signature=abc" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(parse(state, good[i]).kind, AUTHORIZATION_BEARER);
		assert_string_equal(parse(state, good[i]).token, "abc");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse(state, bad[i]).kind, AUTHORIZATION_BAD);
	assert_int_equal(parse(state, "Token ").kind, AUTHORIZATION_NONE);
	assert_int_equal(parse(state, "Token").kind, AUTHORIZATION_NONE);
	assert_int_equal(parse(state, "Token Token").kind, AUTHORIZATION_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_header_is_no_attempt, setup, teardown),
		cmocka_unit_test_setup_teardown(basic_gives_user_and_password, setup, teardown),
		cmocka_unit_test_setup_teardown(bearer_gives_the_token, setup, teardown),
		cmocka_unit_test_setup_teardown(token_gives_its_signature, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_is_bad, setup, teardown),
		cmocka_unit_test_setup_teardown(length_has_a_limit, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("authorization", tests, NULL, NULL);
}
