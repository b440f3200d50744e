/* WWW-Authenticate as registries send it. */
#include "upstream/challenge.h"

#include "base/arena.h"
#include "test.h"

static struct arena *arena;

static struct challenge
parsed(const char *header)
{
	struct challenge challenge = { 0 };

	challenge_parse(arena, header, &challenge);
	return challenge;
}

static void
a_bearer_challenge_names_realm_and_service(void **state)
{
	struct challenge c = parsed(
	    "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",scope=\"repository:a/b:pull,push\"");

	(void)state;
	assert_string_equal(c.realm, "https://auth.docker.io/token");
	assert_string_equal(c.service, "registry.docker.io");
	assert_false(c.basic);
}

static void
order_case_blanks_and_quotes_do_not_matter(void **state)
{
	struct challenge c = parsed("bearer  Service = x , REALM=\"a\\\"b, c=d\" ,, error=\"e\"");

	(void)state;
	assert_string_equal(c.realm, "a\"b, c=d");
	assert_string_equal(c.service, "x");
}

static void
several_challenges_are_told_apart(void **state)
{
	struct challenge c = parsed(
	    "Basic realm=\"one\", Bearer realm=\"two\", Digest realm=\"three\",nonce=\"n\"");

	(void)state;
	assert_true(c.basic);
	assert_string_equal(c.realm, "two");
	assert_null(c.service);
	challenge_parse(arena, "Bearer realm=\"later\"", &c);
	assert_string_equal(c.realm, "two");
}

static void
what_is_broken_adds_nothing(void **state)
{
	static const char *const headers[] = { "", ",", "=", "Bearer", "Bearer realm",
		"Bearer realm=\"never ends", "Bearer realm=\"x\\", "Negotiate", "\"", "Bearer =x" };

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct challenge c = parsed(headers[i]);

		assert_null(c.realm);
		assert_false(c.basic);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bearer_challenge_names_realm_and_service),
		cmocka_unit_test(order_case_blanks_and_quotes_do_not_matter),
		cmocka_unit_test(several_challenges_are_told_apart),
		cmocka_unit_test(what_is_broken_adds_nothing),
	};
	int failed;

	arena = arena_new();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests_name("challenge", tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
