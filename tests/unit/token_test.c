#include "auth/token.h"

#include "test.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"

#define AUDIENCE "docker-dev"
#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}"

static const struct token_key keys[] = {
	{ .kid = "k2", .secret = "another secret of thirty-two by" },
	{ .kid = "k1", .secret = "a secret that has thirty-two byt" },
};

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

static char *
base64url(struct arena *arena, const void *data, size_t length)
{
	gnutls_datum_t in = { .data = (unsigned char *)(uintptr_t)data, .size = (unsigned)length },
		       out;
	char *text;

	assert_int_equal(gnutls_base64_encode2(&in, &out), 0);
	text = arena_strndup(arena, (const char *)out.data, out.size);
	gnutls_free(out.data);
	for (char *c = text; *c != '\0'; c++)
		*c = (char)(*c == '+' ? '-' : *c == '/' ? '_' : *c);
	text[strcspn(text, "=")] = '\0';
	return text;
}

/* A token as an attacker or a faulty client might send, with a valid signature of k1. */
static char *
forge(struct arena *arena, const char *header, const char *claims)
{
	char *text = arena_printf(arena, "%s.%s", base64url(arena, header, strlen(header)),
	    base64url(arena, claims, strlen(claims)));
	unsigned char mac[32];

	gnutls_hmac_fast(GNUTLS_MAC_SHA256, keys[1].secret, 32, text, strlen(text), mac);
	return arena_printf(arena, "%s.%s", text, base64url(arena, mac, sizeof(mac)));
}

/* Valid claims, except that `key` gets another value, or if value is NULL, is omitted. */
static char *
claims(struct arena *arena, const char *key, const char *value)
{
	int64_t now = clock_wall_seconds();
	const struct {
		const char *key, *value;
	} all[] = {
		{ "iss", "\"stowage\"" },
		{ "aud", "\"" AUDIENCE "\"" },
		{ "sub", "\"alice\"" },
		{ "uid", "7" },
		{ "epoch", "3" },
		{ "access", "[{\"type\":\"repository\",\"name\":\"a\",\"actions\":[\"pull\"]}]" },
		{ "iat", arena_printf(arena, "%" PRId64, now) },
		{ "nbf", arena_printf(arena, "%" PRId64, now) },
		{ "exp", arena_printf(arena, "%" PRId64, now + 300) },
		{ "jti", "\"0\"" },
	};
	char *text = arena_strdup(arena, "{");

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const char *say = strcmp(all[i].key, key) == 0 ? value : all[i].value;

		if (say != NULL)
			text = arena_printf(arena, "%s%s\"%s\":%s", text,
			    text[1] == '\0' ? "" : ",", all[i].key, say);
	}
	return arena_printf(arena, "%s}", text);
}

static bool
verify(struct arena *arena, const char *text, struct token **token)
{
	struct error err = { 0 };
	bool ok = token_verify(arena, keys, 2, text, AUDIENCE, token, &err);

	assert_true(ok || (err.code == ERROR_UNAUTHORIZED && *err.cause != '\0'));
	/* The message for the client does not contain the reason. */
	assert_true(ok || strcmp(err.message, "authentication required") == 0);
	return ok;
}

static void
refused(struct arena *arena, const char *text)
{
	struct token *token;

	if (verify(arena, text, &token))
		fail_msg("taken: %s", text);
}

static void
what_was_issued_is_read_back(void **state)
{
	struct token_access access[] = {
		{ .type = "repository", .name = "library/alpine", .pull = true, .push = true },
		{ .type = "repository", .name = "b", .del = true },
		{ .type = "repository", .name = "c" },
	};
	int64_t now = clock_wall_seconds();
	const struct token token = {
		.audience = AUDIENCE,
		.subject = "al\"ice",
		.account = 7,
		.epoch = 3,
		.access = access,
		.access_count = 3,
		.issued_at = now,
		.expires_at = now + 300,
	};
	struct token *read;

	for (size_t i = 0; i < 2; i++) {
		assert_true(verify(*state, token_issue(*state, &keys[i], &token), &read));
		assert_string_equal(read->audience, AUDIENCE);
		assert_string_equal(read->subject, "al\"ice");
		assert_int_equal(read->account, 7);
		assert_int_equal(read->epoch, 3);
		assert_int_equal(read->issued_at, now);
		assert_int_equal(read->expires_at, now + 300);
		assert_int_equal(read->access_count, 3);
		assert_string_equal(read->access[0].name, "library/alpine");
		assert_true(read->access[0].pull && read->access[0].push && !read->access[0].del);
		assert_true(!read->access[1].pull && !read->access[1].push && read->access[1].del);
		assert_true(!read->access[2].pull && !read->access[2].push && !read->access[2].del);
	}
	assert_string_not_equal(
	    token_issue(*state, keys, &token), token_issue(*state, keys, &token));
}

/* As many of the longest names as fit. */
static void
what_fits_is_never_too_long_to_read(void **state)
{
	struct token_access access[64];
	struct token token = { .audience = AUDIENCE, .subject = "alice", .access = access };
	char name[256];
	struct token *read;

	memset(name, 'n', 255);
	name[255] = '\0';
	for (size_t i = 0; i < 64; i++)
		access[i] = (struct token_access){
			.type = "repository", .name = name, .pull = true, .push = true, .del = true
		};
	while (token_access_fits(access, token.access_count + 1))
		token.access_count++;
	assert_in_range(token.access_count, 5, 63);
	token.issued_at = clock_wall_seconds();
	token.expires_at = token.issued_at + 60;
	assert_true(verify(*state, token_issue(*state, keys, &token), &read));
	assert_int_equal(read->access_count, token.access_count);
}

static void
every_name_and_the_catalog_are_read_back(void **state)
{
	struct token_access access[] = {
		{ .type = "repository", .name = "*", .any_name = true, .push = true },
		{ .type = "registry", .name = "catalog", .all = true },
	};
	struct token token = { .audience = AUDIENCE, .subject = "alice", .access = access };
	struct token *read;

	token.access_count = 2;
	token.issued_at = clock_wall_seconds();
	token.expires_at = token.issued_at + 60;
	assert_true(verify(*state, token_issue(*state, keys, &token), &read));
	assert_true(read->access[0].any_name && read->access[0].push && !read->access[0].pull);
	assert_true(read->access[1].all && !read->access[1].any_name);
}

static void
the_forger_of_this_test_can_make_good_tokens(void **state)
{
	struct token *token;

	assert_true(verify(*state, forge(*state, HEADER, claims(*state, "", NULL)), &token));
	assert_int_equal(token->account, 7);
	assert_true(verify(*state,
	    forge(*state, "{\"kid\":\"k1\",\"alg\":\"HS256\"}", claims(*state, "", NULL)), &token));
}

static void
only_hs256_is_taken(void **state)
{
	static const char *const algorithms[] = { "none", "None", "NONE", "nOnE", "", "hs256",
		"Hs256", "HS256 ", " HS256", "HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA" };

	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		char *header = arena_printf(
		    *state, "{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"k1\"}", algorithms[i]);
		char *text = forge(*state, header, claims(*state, "", NULL));

		refused(*state, text);
		strrchr(text, '.')[1] = '\0';
		refused(*state, text);
	}
}

static void
the_header_may_say_nothing_else(void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"jku\":\"https://example.org/keys\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"x5c\":[\"AA\"]}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"x5u\":\"https://example.org/\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"crit\":[\"exp\"]}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"b64\":false}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"zip\":\"DEF\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"JWE\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":null}",
		"{\"alg\":\"HS256\",\"alg\":\"HS256\",\"kid\":\"k1\"}",
		"{\"alg\":[\"HS256\"],\"kid\":\"k1\"}",
		"{\"alg\":\"HS256\"}",
		"{\"kid\":\"k1\"}",
		"{\"alg\":\"HS256\",\"kid\":1}",
		"{\"alg\":\"HS256\",\"kid\":\"\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k3\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\\u0000\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\"}x",
		"[]",
		"null",
		"\"HS256\"",
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		refused(*state, forge(*state, headers[i], claims(*state, "", NULL)));
}

static void
a_changed_token_is_refused(void **state)
{
	char *text = forge(*state, HEADER, claims(*state, "", NULL));
	size_t length = strlen(text);
	struct token *token;

	for (size_t i = 0; i < length; i++) {
		char saved = text[i];

		text[i] = saved == 'A' ? 'B' : 'A';
		refused(*state, text);
		text[i] = saved;
	}
	/* The last character of a signature holds four bits; the other two must not vary. */
	for (const char *c = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	     *c != '\0'; c++)
		if (*c != text[length - 1])
			refused(*state, arena_printf(*state, "%.*s%c", (int)length - 1, text, *c));
	assert_true(verify(*state, text, &token));
	refused(*state, arena_printf(*state, "%s=", text));
	refused(*state, arena_printf(*state, "%s ", text));
	refused(*state, arena_printf(*state, " %s", text));
	refused(*state, arena_printf(*state, "%s.", text));
	refused(*state, arena_printf(*state, ".%s", text));
}

static void
the_key_of_another_kid_does_not_sign(void **state)
{
	refused(
	    *state, forge(*state, "{\"alg\":\"HS256\",\"kid\":\"k2\"}", claims(*state, "", NULL)));
}

static void
text_that_is_no_token_is_refused(void **state)
{
	static const char *const bad[] = { "", ".", "..", "...", "a.b.c", "a", "a.b", "e30.e30.",
		"e30..e30", ".e30.", "e30.e30.e30", "\xff.\xff.\xff" };
	char *dots = arena_alloc(*state, 100001), *long_token;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(*state, bad[i]);
	memset(dots, '.', 100000);
	refused(*state, dots);
	long_token = forge(
	    *state, HEADER, claims(*state, "sub", arena_printf(*state, "\"%06000d\"", 0)));
	assert_true(strlen(long_token) > TOKEN_MAX_LENGTH);
	refused(*state, long_token);
}

static void
the_audience_is_one_string_and_ours(void **state)
{
	static const char *const audiences[] = { NULL, "null", "1", "true", "\"\"", "\"docker-de\"",
		"\"docker-dev2\"", "\"Docker-dev\"", "\"docker-prod\"", "[\"" AUDIENCE "\"]",
		"[\"x\",\"" AUDIENCE "\"]", "[]", "{}", "\"" AUDIENCE "\\u0000\"" };

	for (size_t i = 0; i < sizeof(audiences) / sizeof(audiences[0]); i++)
		refused(*state, forge(*state, HEADER, claims(*state, "aud", audiences[i])));
}

/* A vhost without repository accepts no token, not even one with an empty audience. */
static void
an_empty_audience_fits_nobody(void **state)
{
	struct error err = { 0 };
	struct token *token;

	assert_false(token_verify(*state, keys, 2,
	    forge(*state, HEADER, claims(*state, "aud", "\"\"")), "", &token, &err));
	assert_string_equal(err.cause, "token: wrong audience");
}

static void
claims_of_another_type_are_refused(void **state)
{
	static const char *const names[] = { "iss", "sub", "uid", "epoch", "access", "iat", "nbf",
		"exp", "jti" };
	static const char *const values[] = { NULL, "null", "true", "{}", "[1]", "1.5", "1e400",
		"-1.0", "99999999999999999999" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++)
			refused(*state, forge(*state, HEADER, claims(*state, names[i], values[j])));
	for (size_t i = 5; i < 8; i++) /* times as strings */
		refused(*state, forge(*state, HEADER, claims(*state, names[i], "\"1\"")));
	refused(*state, forge(*state, HEADER, claims(*state, "iss", "\"other\"")));
	refused(*state, forge(*state, HEADER, claims(*state, "uid", "-1")));
	refused(*state, forge(*state, HEADER, claims(*state, "uid", "2147483648")));
	refused(*state, forge(*state, HEADER, claims(*state, "epoch", "4294967299")));
	refused(
	    *state, forge(*state, HEADER,
			claims(*state, "access", "[{\"type\":\"repository\",\"name\":\"a\"}]")));
	refused(
	    *state, forge(*state, HEADER,
			claims(*state, "access",
			    "[{\"type\":\"repository\",\"name\":\"a\",\"actions\":\"pull\"}]")));
	refused(*state, forge(*state, HEADER, "[]"));
	refused(*state, forge(*state, HEADER, "{}"));
}

/* -1 refused, 0 expired, 1 accepted, with the claim set to `delta` seconds from now. */
static int
at(struct arena *arena, const char *name, int64_t delta)
{
	struct token *token;
	char *value = arena_printf(arena, "%" PRId64, clock_wall_seconds() + delta);

	if (!verify(arena, forge(arena, HEADER, claims(arena, name, value)), &token))
		return -1;
	return token->expired ? 0 : 1;
}

static void
clocks_may_differ_by_a_minute(void **state)
{
	assert_int_equal(at(*state, "exp", -TOKEN_LEEWAY + 10), 1);
	assert_int_equal(at(*state, "exp", -TOKEN_LEEWAY - 10), 0);
	assert_int_equal(at(*state, "exp", -1000000000), 0);
	assert_int_equal(at(*state, "nbf", TOKEN_LEEWAY - 10), 1);
	assert_int_equal(at(*state, "nbf", TOKEN_LEEWAY + 10), -1);
	assert_int_equal(at(*state, "iat", TOKEN_LEEWAY - 10), 1);
	assert_int_equal(at(*state, "iat", TOKEN_LEEWAY + 10), -1);
	refused(*state, forge(*state, HEADER, claims(*state, "nbf", "9223372036854775807")));
}

static void
a_token_expires_with_its_key(void **state)
{
	const struct token_key retired = {
		.kid = "k1", .secret = "a secret that has thirty-two byt", .retired = true
	};
	struct error err = { 0 };
	struct token *token;

	assert_true(token_verify(*state, &retired, 1,
	    forge(*state, HEADER, claims(*state, "", NULL)), AUDIENCE, &token, &err));
	assert_true(token->expired);
}

static void
no_keys_no_token(void **state)
{
	struct error err = { 0 };
	struct token *token;

	assert_false(token_verify(*state, keys, 0, forge(*state, HEADER, claims(*state, "", NULL)),
	    AUDIENCE, &token, &err));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_issued_is_read_back),
		TEST(what_fits_is_never_too_long_to_read),
		TEST(every_name_and_the_catalog_are_read_back),
		TEST(the_forger_of_this_test_can_make_good_tokens),
		TEST(only_hs256_is_taken),
		TEST(the_header_may_say_nothing_else),
		TEST(a_changed_token_is_refused),
		TEST(the_key_of_another_kid_does_not_sign),
		TEST(text_that_is_no_token_is_refused),
		TEST(the_audience_is_one_string_and_ours),
		TEST(an_empty_audience_fits_nobody),
		TEST(claims_of_another_type_are_refused),
		TEST(clocks_may_differ_by_a_minute),
		TEST(a_token_expires_with_its_key),
		TEST(no_keys_no_token),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
