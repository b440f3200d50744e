#include "http/router.h"

#include <string.h>

#include "http/reply.h"

/* Match the part of a pattern up to the next '/' or '{' against path; captures go to req->params.
 */
static bool
match(struct request *req, size_t depth, const char *pattern, const char *path)
{
	const char *brace, *name_end, *end;
	bool spans;

	for (; *pattern != '\0' && *pattern != '{'; pattern++, path++)
		if (*pattern != *path)
			return false;
	if (*pattern == '\0') {
		for (; depth < REQUEST_PARAMS_MAX; depth++)
			req->params[depth].name = NULL;
		return *path == '\0';
	}
	brace = pattern + 1;
	name_end = strchr(brace, '}');
	spans = strncmp(pattern, "{name}", 6) == 0;
	/* Try the longest capture first: an image may be named "a/manifests". */
	end = path + (spans ? strlen(path) : strcspn(path, "/"));
	for (; end > path; end--) {
		if (!match(req, depth + 1, name_end + 1, end))
			continue;
		req->params[depth].name = arena_strndup(
		    req->arena, brace, (size_t)(name_end - brace));
		req->params[depth].value = arena_strndup(req->arena, path, (size_t)(end - path));
		return true;
	}
	return false;
}

static bool
method_matches(const struct request *req, const char *method)
{
	return strcmp(method, req->method_text) == 0 ||
	       (req->method == HTTP_HEAD && strcmp(method, "GET") == 0);
}

static const char *
add_method(struct request *req, const char *allow, const char *method)
{
	const char *more = strcmp(method, "GET") == 0 ? "GET, HEAD" : method;

	if (allow == NULL)
		return more;
	/* Several patterns may match the path. No method name is part of another. */
	return strstr(allow, method) != NULL ? allow
					     : arena_printf(req->arena, "%s, %s", allow, more);
}

enum route_match
route_find(struct request *req, const struct route *routes, const char *path,
    const struct route **found, const char **allow)
{
	*allow = NULL;
	for (const struct route *route = routes; route->handler != NULL; route++) {
		if (!match(req, 0, route->pattern, path))
			continue;
		if (method_matches(req, route->method)) {
			*found = route;
			req->route = route->pattern;
			return ROUTE_FOUND;
		}
		*allow = add_method(req, *allow, route->method);
	}
	return *allow == NULL ? ROUTE_NO_PATH : ROUTE_NO_METHOD;
}

bool
route_require(struct request *req, const struct route *routes, const char *path,
    const struct route **found, struct error *err)
{
	const char *allow;

	switch (route_find(req, routes, path, found, &allow)) {
	case ROUTE_FOUND:
		return true;
	case ROUTE_NO_METHOD:
		reply_header(req, "Allow", allow);
		return error_set(err, ERROR_METHOD, NULL);
	case ROUTE_NO_PATH:
		break;
	}
	return error_set(err, ERROR_NOT_FOUND, NULL);
}

const char *
access_name(enum access access)
{
	static const char *const names[] = { "none", "any", "login", "pull", "push", "delete",
		"catalog", "admin" };

	return names[access];
}

void
route_print(const struct route *routes, FILE *out)
{
	for (const struct route *route = routes; route->handler != NULL; route++)
		fprintf(out, "%-6s %-45s %s\n", route->method, route->pattern,
		    access_name(route->access));
}
