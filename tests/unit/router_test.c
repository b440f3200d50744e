#include "http/router.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "exchange.h"

static bool
handler(struct request *req, struct error *err)
{
	(void)req;
	(void)err;
	return true;
}

/* Patterns like those of the v2 API. */
static const struct route routes[] = {
	{ "GET", "/v2/", ACCESS_LOGIN, handler },
	{ "GET", "/v2/_catalog", ACCESS_CATALOG, handler },
	{ "GET", "/v2/{name}/tags/list", ACCESS_PULL, handler },
	{ "POST", "/v2/{name}/blobs/uploads/", ACCESS_PUSH, handler },
	{ "GET", "/v2/{name}/blobs/uploads/{uuid}", ACCESS_PUSH, handler },
	{ "PATCH", "/v2/{name}/blobs/uploads/{uuid}", ACCESS_PUSH, handler },
	{ "GET", "/v2/{name}/blobs/{digest}", ACCESS_PULL, handler },
	{ "GET", "/v2/{name}/manifests/{reference}", ACCESS_PULL, handler },
	{ "PUT", "/v2/{name}/manifests/{reference}", ACCESS_PUSH, handler },
	/* Both match /v1/a/tags/tags. */
	{ "PUT", "/v1/{name}/tags/{tag}", ACCESS_PUSH, handler },
	{ "PUT", "/v1/{name}/tags", ACCESS_PUSH, handler },
	{ NULL, NULL, ACCESS_NONE, NULL },
};

static enum route_match
find(struct exchange *ex, const char *path, const struct route **route, const char **allow)
{
	return route_find(&ex->request, routes, path, route, allow);
}

/* Checks that GET path matches pattern, with this name, and this value of `key`. */
static void
assert_route(
    const char *path, const char *pattern, const char *name, const char *key, const char *value)
{
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=GET");
	const struct route *route = NULL;
	const char *allow;

	if (find(ex, path, &route, &allow) != ROUTE_FOUND)
		fail_msg("%s matches nothing", path);
	assert_string_equal(route->pattern, pattern);
	assert_string_equal(ex->request.route, pattern);
	if (name != NULL)
		assert_string_equal(request_param(&ex->request, "name"), name);
	if (key != NULL)
		assert_string_equal(request_param(&ex->request, key), value);
	exchange_close(ex);
}

static void
name_spans_slashes(void **state)
{
	(void)state;
	assert_route("/v2/a/tags/list", "/v2/{name}/tags/list", "a", NULL, NULL);
	assert_route("/v2/a/b/c/tags/list", "/v2/{name}/tags/list", "a/b/c", NULL, NULL);
	assert_route(
	    "/v2/a/b/manifests/1.0", "/v2/{name}/manifests/{reference}", "a/b", "reference", "1.0");
	assert_route(
	    "/v2/a/blobs/sha256:0f", "/v2/{name}/blobs/{digest}", "a", "digest", "sha256:0f");
}

static void
a_name_may_hold_words_of_the_api(void **state)
{
	(void)state;
	assert_route("/v2/a/manifests/manifests/x", "/v2/{name}/manifests/{reference}",
	    "a/manifests", "reference", "x");
	assert_route(
	    "/v2/a/tags/list/tags/list", "/v2/{name}/tags/list", "a/tags/list", NULL, NULL);
	assert_route("/v2/blobs/uploads/blobs/uploads/u", "/v2/{name}/blobs/uploads/{uuid}",
	    "blobs/uploads", "uuid", "u");
	assert_route("/v2/blobs/uploads/blobs/d", "/v2/{name}/blobs/{digest}", "blobs/uploads",
	    "digest", "d");
	assert_route("/v2/_catalog/tags/list", "/v2/{name}/tags/list", "_catalog", NULL, NULL);
}

static void
other_parameters_are_one_segment(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=GET");
	const struct route *route;
	const char *allow;

	(void)state;
	assert_int_equal(find(ex, "/v2/a/manifests/x/y", &route, &allow), ROUTE_NO_PATH);
	assert_null(allow);
	exchange_close(ex);
}

static void
what_is_empty_or_cut_does_not_match(void **state)
{
	static const char *const paths[] = { "/", "", "/v2", "/v2/a", "/v2/a/", "/v2//tags/list",
		"/v2/a/manifests/", "/v2/tags/list", "/v2/a/tags/list/", "/v2/a/tags/listx",
		"/V2/a/tags/list", "/v2/_catalog/" };
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=GET");
	const struct route *route;
	const char *allow;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (find(ex, paths[i], &route, &allow) != ROUTE_NO_PATH)
			fail_msg("%s", paths[i]);
	exchange_close(ex);
}

static void
head_is_served_by_get(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=HEAD");
	const struct route *route;
	const char *allow;

	(void)state;
	assert_int_equal(find(ex, "/v2/a/manifests/x", &route, &allow), ROUTE_FOUND);
	assert_string_equal(route->method, "GET");
	exchange_close(ex);
}

static void
another_method_is_told_what_is_allowed(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=DELETE");
	const struct route *route;
	const char *allow;

	(void)state;
	assert_int_equal(find(ex, "/v2/a/manifests/x", &route, &allow), ROUTE_NO_METHOD);
	assert_string_equal(allow, "GET, HEAD, PUT");
	exchange_close(ex);

	ex = EXCHANGE("REQUEST_METHOD=DELETE");
	assert_int_equal(find(ex, "/v1/a/tags/tags", &route, &allow), ROUTE_NO_METHOD);
	assert_string_equal(allow, "PUT");
	exchange_close(ex);

	/* Methods are case-sensitive (RFC 9110, 9.1). */
	ex = EXCHANGE("REQUEST_METHOD=get");
	assert_int_equal(find(ex, "/v2/", &route, &allow), ROUTE_NO_METHOD);
	assert_string_equal(allow, "GET, HEAD");
	exchange_close(ex);
}

static void
the_table_prints_itself(void **state)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	route_print(routes, out);
	fclose(out);
	assert_non_null(strstr(text, "/v2/{name}/blobs/uploads/"));
	assert_non_null(strstr(text, "catalog\n"));
	assert_memory_equal(text, "GET    /v2/ ", strlen("GET    /v2/ "));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_spans_slashes),
		cmocka_unit_test(a_name_may_hold_words_of_the_api),
		cmocka_unit_test(other_parameters_are_one_segment),
		cmocka_unit_test(what_is_empty_or_cut_does_not_match),
		cmocka_unit_test(head_is_served_by_get),
		cmocka_unit_test(another_method_is_told_what_is_allowed),
		cmocka_unit_test(the_table_prints_itself),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
