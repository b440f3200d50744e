/* stowage-admin: the REST interface. It has no access to the blob store. */
#include <string.h>

#include "rest/call.h"
#include "rest/routes.h"

/* The path of a collection or folder may end with a slash; a key has none. */
static bool
find_route(struct request *req, const struct route **route, struct error *err)
{
	size_t length = strlen(req->path);
	const char *allow;

	if (length > 1 && req->path[length - 1] == '/' &&
	    route_find(req, rest_routes, arena_strndup(req->arena, req->path, length - 1), route,
		&allow) == ROUTE_FOUND &&
	    strcmp(strrchr((*route)->pattern, '/'), "/{key}") != 0)
		return true;
	return route_require(req, rest_routes, req->path, route, err);
}

static bool
call_run(struct request *req, struct rest_call *call, struct error *err)
{
	if (!find_route(req, &call->route, err))
		return false;
	/* A liveness probe is answered without the database, and with any password. */
	if (call->route->access == ACCESS_NONE)
		return call->route->handler(req, err);
	return call_authenticate(req, call, err) && call->route->handler(req, err);
}

static void
rest_serve(struct request *req, struct db *db, struct error *err)
{
	struct rest_call call = { .db = db };

	req->call = &call;
	if ((err->code != ERROR_NONE || !call_run(req, &call, err)) &&
	    !responder_dispatches(req, err))
		rest_error(req, err);
	req->call = NULL;
}

int
main(int argc, char **argv)
{
	static const struct responder responder = {
		.name = "stowage-admin",
		.serve = rest_serve,
		.routes = rest_routes,
	};

	return responder_main(&responder, argc, argv);
}
