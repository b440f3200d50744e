/* The origin of a URL, and whether credentials may be sent to it. */
#include "upstream/origin.h"

#include "base/arena.h"
#include "test.h"

static struct arena *arena;

static bool
trusted(const char *url, const char *realm)
{
	const struct upstream upstream = { .url = url };

	return origin_is_trusted(&upstream, realm);
}

static void
an_origin_is_scheme_host_and_port(void **state)
{
	struct origin a, b;

	(void)state;
	assert_true(origin_read("https://Registry.Example.com/v2/", &a));
	assert_true(origin_read("https://registry.example.com:443", &b));
	assert_true(origin_equal(&a, &b));
	assert_true(origin_read("https://registry.example.com:444", &b));
	assert_false(origin_equal(&a, &b));
	assert_true(origin_read("http://registry.example.com:443", &b));
	assert_false(origin_equal(&a, &b));
}

static void
other_urls_are_none(void **state)
{
	static const char *const urls[] = { "", "x", "ftp://a/", "file:///etc/passwd",
		"https://user@a/", "https://user:word@a/", "https://", "https://a b/" };
	struct origin origin;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		if (origin_read(urls[i], &origin))
			fail_msg("%s", urls[i]);
}

static void
references_are_resolved_and_never_lead_down(void **state)
{
	const char *base = "https://a.example/v2/x/tags/list?n=1";

	(void)state;
	assert_string_equal(origin_resolve(arena, base, "/v2/x/tags/list?last=b"),
	    "https://a.example/v2/x/tags/list?last=b");
	assert_string_equal(
	    origin_resolve(arena, base, "https://b.example/t"), "https://b.example/t");
	assert_null(origin_resolve(arena, base, "http://a.example/v2/"));
	assert_null(origin_resolve(arena, base, "file:///etc/passwd"));
	assert_null(origin_resolve(arena, base, "https://user:word@a.example/"));
	assert_non_null(origin_resolve(arena, "http://a.example/", "https://a.example/"));
}

static void
credentials_stay_in_the_domain(void **state)
{
	(void)state;
	assert_true(trusted("https://registry-1.docker.io", "https://auth.docker.io/token"));
	assert_true(trusted("https://quay.io", "https://quay.io/v2/auth"));
	assert_false(trusted("https://registry-1.docker.io", "http://auth.docker.io/token"));
	assert_false(
	    trusted("https://registry-1.docker.io", "https://auth.docker.io.evil.example/token"));
	assert_false(trusted("https://registry-1.docker.io", "https://evil-docker.io/token"));
	assert_false(trusted("https://a.example.co.uk", "https://evil.co.uk/token"));
	assert_true(trusted("https://r.example.co.uk", "https://auth.example.co.uk/token"));
	assert_true(trusted("https://registry.ibm.com", "https://iam.ibm.com/token"));
	assert_true(trusted("https://registry.hub.docker.com", "https://auth.docker.io/token"));
	assert_false(trusted("https://docker.com", "https://auth.docker.io/token"));
	assert_false(trusted("https://mine.azurecr.io", "https://evil.azurecr.io/token"));
	assert_true(trusted("https://mine.azurecr.io", "https://mine.azurecr.io/oauth2/token"));
	assert_false(trusted("https://1.dkr.ecr.eu-west-1.amazonaws.com",
	    "https://2.dkr.ecr.eu-west-1.amazonaws.com/token"));
	assert_false(trusted("https://a.github.io", "https://b.github.io/token"));
	assert_false(trusted("https://registry.corp", "https://evil.corp/token"));
	assert_true(trusted("https://registry.ad.corp", "https://auth.ad.corp/token"));
	assert_false(trusted("https://10.0.0.1", "https://10.0.0.2/token"));
	assert_false(trusted("https://1.2.3.4", "https://9.9.3.4/token"));
	assert_false(trusted("http://localhost:1", "http://localhost:2/token"));
	assert_true(trusted("http://localhost:1", "http://localhost:1/token"));
}

static void
an_administrator_may_trust_more(void **state)
{
	static const char *const hosts[] = { "auth.example.org", "other.example.org:8443" };
	struct upstream upstream = {
		.url = "https://r.example.com", .realm_hosts = hosts, .realm_host_count = 2
	};

	(void)state;
	assert_true(origin_is_trusted(&upstream, "https://AUTH.example.org/token"));
	assert_true(origin_is_trusted(&upstream, "https://other.example.org:8443/token"));
	assert_false(origin_is_trusted(&upstream, "https://other.example.org/token"));
	assert_false(origin_is_trusted(&upstream, "http://auth.example.org/token"));
	upstream.any_host_auth = true;
	assert_true(origin_is_trusted(&upstream, "https://else.example.net/token"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_origin_is_scheme_host_and_port),
		cmocka_unit_test(other_urls_are_none),
		cmocka_unit_test(references_are_resolved_and_never_lead_down),
		cmocka_unit_test(credentials_stay_in_the_domain),
		cmocka_unit_test(an_administrator_may_trust_more),
	};
	int failed;

	arena = arena_new();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests_name("origin", tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
