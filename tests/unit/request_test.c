#include "http/request.h"

#include "test.h"

#include <string.h>

#include "exchange.h"

/* --- Path and query --- */

static void
assert_path(const char *uri, const char *path)
{
	char variable[512];
	struct exchange *ex;

	snprintf(variable, sizeof(variable), "REQUEST_URI=%s", uri);
	ex = EXCHANGE(variable);
	if (path == NULL && ex->opened)
		fail_msg("%s is taken", uri);
	if (path != NULL && !ex->opened)
		fail_msg("%s is refused", uri);
	assert_string_equal(ex->request.path, path != NULL ? path : "/");
	assert_int_equal(ex->err.code, path != NULL ? ERROR_NONE : ERROR_BAD_REQUEST);
	exchange_close(ex);
}

static void
path_is_decoded_once(void **state)
{
	(void)state;
	assert_path("/v2/a/b?n=1", "/v2/a/b");
	assert_path("/v2/a%2Fb%2fc", "/v2/a/b/c");
	assert_path("/v2/%252F", "/v2/%2F");
	assert_path("/v2/sha256%3Aab", "/v2/sha256:ab");
	assert_path("/v2/a+b%2B", "/v2/a+b+");
	assert_path("/v2/%C3%A9", "/v2/\xc3\xa9");
	assert_path("/v2/a%3Fb?c", "/v2/a?b");
	/* Unchanged: the routes and the grammar of names refuse them. */
	assert_path("/v2//a/../b/./", "/v2//a/../b/./");
	assert_path("/v2/%0A", "/v2/\n");
}

static void
absolute_form_loses_scheme_and_host(void **state)
{
	(void)state;
	assert_path("http://registry.example/v2/?n=1", "/v2/");
	assert_path("https://registry.example:5001", "/");
	assert_path("/v2/http://x/y", "/v2/http://x/y");
}

static void
url_that_cannot_be_decoded_is_refused(void **state)
{
	(void)state;
	assert_path("/v2/%", NULL);
	assert_path("/v2/%4", NULL);
	assert_path("/v2/%zz", NULL);
	assert_path("/v2/%+1", NULL);
	assert_path("/v2/a%00b", NULL);
	assert_path("/v2/%FF", NULL);
	assert_path("/v2/%C0%AF", NULL); /* an overlong slash */
	assert_path("/v2/%ED%A0%80", NULL);
	assert_path("/v2/a b", NULL);
	assert_path("/v2/a\nb", NULL);
	assert_path("v2/", NULL);
	assert_path("*", NULL);
	assert_path("?n=1", NULL);
}

static void
target_is_what_the_client_wrote(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_URI=http://h/v2/a%2Fb?n=1");

	(void)state;
	assert_string_equal(ex->request.target, "/v2/a%2Fb");
	exchange_close(ex);
}

static void
path_info_is_never_read(void **state)
{
	struct exchange *ex = EXCHANGE(
	    "REQUEST_URI=/v2/a%2Fb", "PATH_INFO=/v2/evil", "SCRIPT_NAME=/x");

	(void)state;
	assert_string_equal(ex->request.path, "/v2/a/b");
	exchange_close(ex);
}

static void
query_values_are_decoded(void **state)
{
	struct exchange *ex = EXCHANGE(
	    "QUERY_STRING=digest=sha256%3Aab&flag&empty=&x=1&x=2&last=a%26b%3Dc&&k%65y=v&eq=a=b");
	const char *const *all;

	(void)state;
	assert_true(ex->opened);
	assert_string_equal(request_query(&ex->request, "digest"), "sha256:ab");
	assert_string_equal(request_query(&ex->request, "flag"), "");
	assert_string_equal(request_query(&ex->request, "empty"), "");
	assert_string_equal(request_query(&ex->request, "last"), "a&b=c");
	assert_string_equal(request_query(&ex->request, "key"), "v");
	assert_string_equal(request_query(&ex->request, "eq"), "a=b");
	assert_null(request_query(&ex->request, "absent"));
	assert_null(request_query(&ex->request, "dig"));
	assert_string_equal(request_query(&ex->request, "x"), "1");
	all = request_query_all(&ex->request, "x");
	assert_string_equal(all[0], "1");
	assert_string_equal(all[1], "2");
	assert_null(all[2]);
	assert_null(request_query_all(&ex->request, "absent")[0]);
	exchange_close(ex);
}

static void
plus_is_a_plus(void **state)
{
	struct exchange *ex = EXCHANGE(
	    "QUERY_STRING=digest=tarsum.v1+sha256:ab&artifactType=application/spdx+json");

	(void)state;
	assert_string_equal(request_query(&ex->request, "digest"), "tarsum.v1+sha256:ab");
	assert_string_equal(request_query(&ex->request, "artifactType"), "application/spdx+json");
	exchange_close(ex);
}

static void
query_that_cannot_be_decoded_is_refused(void **state)
{
	static const char *const queries[] = { "last=%", "last=%zz", "last=%00", "%ff=1",
		"last=%C3&%A9", "last=%4&1", "a b" };
	char variable[64];

	(void)state;
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		struct exchange *ex;

		snprintf(variable, sizeof(variable), "QUERY_STRING=%s", queries[i]);
		ex = EXCHANGE(variable);
		if (ex->opened || ex->err.code != ERROR_BAD_REQUEST)
			fail_msg("%s", queries[i]);
		exchange_close(ex);
	}
}

/* --- Headers and variables --- */

static void
headers_are_found_by_their_name(void **state)
{
	struct exchange *ex = EXCHANGE("HTTP_IF_NONE_MATCH=\"x\"", "CONTENT_TYPE=a/b",
	    "HTTP_CONTENT_TYPE=forged", "HTTP_EMPTY=", "STOWAGE_SENDFILE=");

	(void)state;
	assert_string_equal(request_header(&ex->request, "If-None-Match"), "\"x\"");
	assert_string_equal(request_header(&ex->request, "content-type"), "a/b");
	assert_string_equal(request_header(&ex->request, "Empty"), "");
	assert_null(request_header(&ex->request, "If-None"));
	assert_null(request_variable(&ex->request, "STOWAGE_SENDFILE"));
	exchange_close(ex);
}

static void
a_uuid_is_taken_as_request_id(void **state)
{
	struct exchange *ex = EXCHANGE("HTTP_X_REQUEST_ID=01234567-89ab-cdef-0123-456789ABCDEF");

	(void)state;
	assert_string_equal(ex->request.id, "01234567-89ab-cdef-0123-456789ABCDEF");
	exchange_close(ex);
}

static void
any_other_request_id_is_replaced(void **state)
{
	static const char *const ids[] = { "HTTP_X_REQUEST_ID=x",
		"HTTP_X_REQUEST_ID=", "HTTP_X_REQUEST_ID=01234567-89ab-cdef-0123-456789abcdef0",
		"HTTP_X_REQUEST_ID=01234567089ab-cdef-0123-456789abcdef", "OTHER=x" };

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct exchange *ex = EXCHANGE(ids[i]), *second = EXCHANGE(ids[i]);

		assert_int_equal(strlen(ex->request.id), 36);
		assert_int_equal(ex->request.id[14], '4');           /* version */
		assert_non_null(strchr("89ab", ex->request.id[19])); /* variant */
		assert_string_not_equal(ex->request.id, second->request.id);
		exchange_close(ex);
		exchange_close(second);
	}
}

/* --- Client address and host --- */

#define FORWARDED                                                                    \
	"HTTP_HOST=inner:80", "REQUEST_SCHEME=http", "HTTP_X_FORWARDED_PROTO=https", \
	    "HTTP_X_FORWARDED_HOST=outer.example"

static void
forwarded_headers_count_from_trusted_proxies_only(void **state)
{
	static const struct {
		const char *proxies, *peer;
		bool trusted;
	} cases[] = {
		{ "10.0.0.1", "REMOTE_ADDR=10.0.0.1", true },
		{ "10.0.0.1", "REMOTE_ADDR=10.0.0.2", false },
		{ "10.0.0.1", "REMOTE_ADDR=::ffff:10.0.0.1", true },
		{ "192.168.0.0/16, 10.0.0.0/30", "REMOTE_ADDR=10.0.0.3", true },
		{ "10.0.0.0/30", "REMOTE_ADDR=10.0.0.4", false },
		{ "0.0.0.0/0", "REMOTE_ADDR=10.0.0.4", true },
		{ "0.0.0.0/0", "REMOTE_ADDR=2001:db8::1", false },
		{ "2001:db8::/33", "REMOTE_ADDR=2001:db8:7fff::1", true },
		{ "2001:db8::/33", "REMOTE_ADDR=2001:db8:8000::1", false },
		{ "::1", "REMOTE_ADDR=::1", true },
		/* A malformed network matches no address. */
		{ "10.0.0.0/", "REMOTE_ADDR=10.0.0.1", false },
		{ "10.0.0.0/x", "REMOTE_ADDR=10.0.0.1", false },
		{ "10.0.0.1/33", "REMOTE_ADDR=10.0.0.1", false },
		{ "10.0.0.1/8x", "REMOTE_ADDR=10.0.0.1", false },
		{ "10.0.0.0/-1", "REMOTE_ADDR=10.0.0.1", false },
		{ "10.0.0/8", "REMOTE_ADDR=10.0.0.1", false },
		{ "everybody", "REMOTE_ADDR=10.0.0.1", false },
		{ "", "REMOTE_ADDR=10.0.0.1", false },
		{ NULL, "REMOTE_ADDR=10.0.0.1", false },
		{ "0.0.0.0/0", "REMOTE_ADDR=", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange *ex = EXCHANGE_PROXIED(cases[i].proxies, cases[i].peer, FORWARDED);
		bool trusted = strcmp(ex->request.host, "outer.example") == 0;

		if (trusted != cases[i].trusted)
			fail_msg("%s, %s", cases[i].proxies, cases[i].peer);
		assert_string_equal(ex->request.scheme, trusted ? "https" : "http");
		exchange_close(ex);
	}
}

static void
address_is_the_last_that_is_no_proxy(void **state)
{
	static const struct {
		const char *forwarded, *address;
	} cases[] = {
		{ "HTTP_X_FORWARDED_FOR=192.0.2.1", "192.0.2.1" },
		{ "HTTP_X_FORWARDED_FOR=203.0.113.9, 192.0.2.1", "192.0.2.1" },
		{ "HTTP_X_FORWARDED_FOR=192.0.2.1 , 10.0.0.7", "192.0.2.1" },
		{ "HTTP_X_FORWARDED_FOR=192.0.2.1, evil, 10.0.0.7", "10.0.0.7" },
		{ "HTTP_X_FORWARDED_FOR=evil\"x", "10.0.0.1" },
		{ "HTTP_X_FORWARDED_FOR=", "10.0.0.1" },
		{ "HTTP_X_FORWARDED_FOR=,", "10.0.0.1" },
		{ "HTTP_X_FORWARDED_FOR=192.0.2.1:54321", "192.0.2.1" },
		{ "HTTP_X_FORWARDED_FOR=192.0.2.1:54321, 10.0.0.7:443", "192.0.2.1" },
		{ "HTTP_X_FORWARDED_FOR=2001:db8::1", "2001:db8::1" },
		{ "HTTP_X_FORWARDED_FOR=[2001:DB8::1]", "2001:db8::1" },
		{ "HTTP_X_FORWARDED_FOR=[2001:db8::1]:54321", "2001:db8::1" },
		{ "HTTP_X_FORWARDED_FOR=[2001:db8::1]x", "10.0.0.1" },
		{ "HTTP_X_FORWARDED_FOR=[2001:db8::1", "10.0.0.1" },
		{ "HTTP_X_FORWARDED_FOR=::ffff:192.0.2.1", "192.0.2.1" },
		{ "HTTP_X_FORWARDED_FOR=192.0.2.1, ::ffff:10.0.0.7", "192.0.2.1" },
		{ "HTTP_X_FORWARDED_FOR=unknown, 10.0.0.7", "10.0.0.7" },
		{ "OTHER=", "10.0.0.1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange *ex = EXCHANGE_PROXIED(
		    "10.0.0.0/8", "REMOTE_ADDR=10.0.0.1", cases[i].forwarded);

		assert_string_equal(ex->request.address, cases[i].address);
		exchange_close(ex);
	}
}

static void
chained_proxies_name_the_outermost_first(void **state)
{
	static const struct {
		const char *proto, *host, *url;
	} cases[] = {
		{ "HTTP_X_FORWARDED_PROTO=https, http",
		    "HTTP_X_FORWARDED_HOST=outer.example, inner", "https://outer.example" },
		{ "HTTP_X_FORWARDED_PROTO=https,http",
		    "HTTP_X_FORWARDED_HOST=outer.example:8443 ,inner",
		    "https://outer.example:8443" },
		{ "HTTP_X_FORWARDED_PROTO=HTTPS", "A=", "https://inner:80" },
		{ "HTTP_X_FORWARDED_PROTO=http", "A=", "http://inner:80" },
		/* Scheme and host of the connection, if the proxy's are missing or malformed. */
		{ "HTTP_X_FORWARDED_PROTO=wss", "A=", "https://inner:80" },
		{ "HTTP_X_FORWARDED_PROTO=", "HTTP_X_FORWARDED_HOST=", "https://inner:80" },
		{ "HTTP_X_FORWARDED_PROTO=,http", "HTTP_X_FORWARDED_HOST=,outer.example",
		    "https://inner:80" },
		{ "HTTP_X_FORWARDED_PROTO=on", "HTTP_X_FORWARDED_HOST=evil/path",
		    "https://inner:80" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange *ex = EXCHANGE_PROXIED("10.0.0.0/8", "REMOTE_ADDR=10.0.0.1",
		    "HTTP_HOST=inner:80", "REQUEST_SCHEME=https", cases[i].proto, cases[i].host);

		assert_string_equal(request_base_url(&ex->request), cases[i].url);
		exchange_close(ex);
	}
}

/* lighttpd stores X_Forwarded_For, which a client may send, in the variable of X-Forwarded-For. */
static void
header_given_twice_is_not_believed(void **state)
{
	struct exchange *ex = EXCHANGE_PROXIED("10.0.0.0/8", "REMOTE_ADDR=10.0.0.1",
	    "HTTP_X_FORWARDED_FOR=203.0.113.66", "HTTP_X_FORWARDED_FOR=192.0.2.1",
	    "HTTP_X_FORWARDED_PROTO=https", "HTTP_HOST=inner");

	(void)state;
	assert_string_equal(ex->request.address, "10.0.0.1");
	assert_string_equal(request_base_url(&ex->request), "https://inner");
	exchange_close(ex);
}

static void
scheme_is_the_servers(void **state)
{
	struct exchange *ex = EXCHANGE("HTTPS=on", "HTTP_HOST=h");

	(void)state;
	assert_string_equal(request_base_url(&ex->request), "https://h");
	exchange_close(ex);
	ex = EXCHANGE("REQUEST_SCHEME=https", "HTTP_HOST=h:5001");
	assert_string_equal(request_base_url(&ex->request), "https://h:5001");
	exchange_close(ex);
	ex = EXCHANGE("HTTP_HOST=h", "HTTP_X_FORWARDED_PROTO=https");
	assert_string_equal(request_base_url(&ex->request), "http://h");
	exchange_close(ex);
	ex = EXCHANGE("HTTP_HOST=h", "STOWAGE_BASE_URL=https://public.example");
	assert_string_equal(request_base_url(&ex->request), "https://public.example");
	exchange_close(ex);
}

static void
host_that_is_none_is_replaced(void **state)
{
	static const struct {
		const char *host, *seen;
	} cases[] = {
		{ "HTTP_HOST=registry.example:5001", "registry.example:5001" },
		{ "HTTP_HOST=127.0.0.1", "127.0.0.1" },
		{ "HTTP_HOST=[2001:db8::1]:443", "[2001:db8::1]:443" },
		{ "HTTP_HOST=evil\" ,x", "server:80" },
		{ "HTTP_HOST=evil/path", "server:80" },
		{ "HTTP_HOST=user@evil", "server:80" },
		{ "HTTP_HOST=h:", "server:80" },
		{ "HTTP_HOST=h:x", "server:80" },
		{ "HTTP_HOST=h:123456", "server:80" },
		{ "HTTP_HOST=a:b:c", "server:80" },
		{ "HTTP_HOST=[::1", "server:80" },
		{ "HTTP_HOST=[]", "server:80" },
		{ "HTTP_HOST=", "server:80" },
		{ "OTHER=", "server:80" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange *ex = EXCHANGE(
		    cases[i].host, "SERVER_NAME=server", "SERVER_PORT=80");

		if (strcmp(ex->request.host, cases[i].seen) != 0)
			fail_msg("%s: %s", cases[i].host, ex->request.host);
		exchange_close(ex);
	}
}

/* --- Body --- */

static void
content_length_must_be_a_number(void **state)
{
	static const char *const values[] = { "CONTENT_LENGTH=x", "CONTENT_LENGTH=-1",
		"CONTENT_LENGTH=+1", "CONTENT_LENGTH= 1", "CONTENT_LENGTH=1 ", "CONTENT_LENGTH=1,1",
		"CONTENT_LENGTH=99999999999999999999" };
	struct exchange *ex;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		ex = EXCHANGE(values[i]);
		if (ex->opened || ex->err.code != ERROR_BAD_REQUEST)
			fail_msg("%s", values[i]);
		exchange_close(ex);
	}
	ex = EXCHANGE("CONTENT_LENGTH=");
	assert_true(ex->opened);
	assert_int_equal(ex->request.content_length, -1);
	exchange_close(ex);
	ex = EXCHANGE("CONTENT_LENGTH=0");
	assert_true(ex->opened);
	assert_int_equal(ex->request.content_length, 0);
	exchange_close(ex);
}

/* Read the body in pieces of three bytes: number of bytes, or -1 - code. */
static int64_t
read_pieces(struct exchange *ex)
{
	char piece[3];
	ssize_t n;

	while ((n = request_read(&ex->request, piece, sizeof(piece), &ex->err)) > 0)
		;
	return n == 0 ? ex->request.received : -1 - (int64_t)ex->err.code;
}

static void
body_is_held_against_its_length(void **state)
{
	struct exchange *ex = EXCHANGE_BODY("0123456789", "CONTENT_LENGTH=10");

	(void)state;
	assert_int_equal(read_pieces(ex), 10);
	exchange_close(ex);
	ex = EXCHANGE_BODY("0123456789", "REQUEST_METHOD=PUT"); /* chunked: no length */
	assert_int_equal(read_pieces(ex), 10);
	exchange_close(ex);
	ex = EXCHANGE_BODY("0123456789", "CONTENT_LENGTH=11");
	assert_int_equal(read_pieces(ex), -1 - ERROR_CLIENT_GONE);
	exchange_close(ex);
	ex = EXCHANGE_BODY("0123456789", "CONTENT_LENGTH=9");
	assert_int_equal(read_pieces(ex), -1 - ERROR_SIZE_INVALID);
	exchange_close(ex);
}

static void
body_limit_is_enforced(void **state)
{
	struct exchange *ex = EXCHANGE_BODY("0123456789", "REQUEST_METHOD=PUT");

	(void)state;
	ex->request.body_limit = 10;
	assert_int_equal(read_pieces(ex), 10);
	exchange_close(ex);
	ex = EXCHANGE_BODY("0123456789", "REQUEST_METHOD=PUT");
	ex->request.body_limit = 9;
	assert_int_equal(read_pieces(ex), -1 - ERROR_TOO_LARGE);
	exchange_close(ex);
	/* If the announced length is too large, nothing is read. */
	ex = EXCHANGE_BODY("0123456789", "CONTENT_LENGTH=10");
	ex->request.body_limit = 9;
	assert_int_equal(read_pieces(ex), -1 - ERROR_TOO_LARGE);
	assert_int_equal(ex->request.received, 0);
	exchange_close(ex);
}

static enum error_code
read_whole(const char *length, const char *text, size_t size, size_t limit)
{
	struct exchange *ex = exchange_open((const char *const[]){ length, NULL }, text, size);
	enum error_code code;
	char *body;
	size_t got;

	if (request_body(&ex->request, limit, &body, &got, &ex->err)) {
		assert_int_equal(got, size);
		assert_memory_equal(body, text, size);
		assert_int_equal(body[got], '\0');
	}
	code = ex->err.code;
	exchange_close(ex);
	return code;
}

static void
whole_body_is_read_up_to_its_limit(void **state)
{
	enum { SIZE = 100 * 1000 };
	static char text[SIZE];

	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		text[i] = (char)('a' + i % 26);
	assert_int_equal(read_whole("X=", "", 0, 10), ERROR_NONE);
	assert_int_equal(read_whole("CONTENT_LENGTH=100000", text, SIZE, SIZE), ERROR_NONE);
	assert_int_equal(read_whole("CONTENT_LENGTH=100000", text, SIZE, 2 * SIZE), ERROR_NONE);
	assert_int_equal(read_whole("X=", text, SIZE, SIZE), ERROR_NONE);
	assert_int_equal(read_whole("X=", text, SIZE, SIZE - 1), ERROR_TOO_LARGE);
	assert_int_equal(
	    read_whole("CONTENT_LENGTH=100000", text, SIZE, SIZE - 1), ERROR_TOO_LARGE);
	assert_int_equal(
	    read_whole("CONTENT_LENGTH=100001", text, SIZE, 2 * SIZE), ERROR_CLIENT_GONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_is_decoded_once),
		cmocka_unit_test(absolute_form_loses_scheme_and_host),
		cmocka_unit_test(url_that_cannot_be_decoded_is_refused),
		cmocka_unit_test(target_is_what_the_client_wrote),
		cmocka_unit_test(path_info_is_never_read),
		cmocka_unit_test(query_values_are_decoded),
		cmocka_unit_test(plus_is_a_plus),
		cmocka_unit_test(query_that_cannot_be_decoded_is_refused),
		cmocka_unit_test(headers_are_found_by_their_name),
		cmocka_unit_test(a_uuid_is_taken_as_request_id),
		cmocka_unit_test(any_other_request_id_is_replaced),
		cmocka_unit_test(forwarded_headers_count_from_trusted_proxies_only),
		cmocka_unit_test(chained_proxies_name_the_outermost_first),
		cmocka_unit_test(header_given_twice_is_not_believed),
		cmocka_unit_test(address_is_the_last_that_is_no_proxy),
		cmocka_unit_test(scheme_is_the_servers),
		cmocka_unit_test(host_that_is_none_is_replaced),
		cmocka_unit_test(content_length_must_be_a_number),
		cmocka_unit_test(body_is_held_against_its_length),
		cmocka_unit_test(body_limit_is_enforced),
		cmocka_unit_test(whole_body_is_read_up_to_its_limit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
