#include "rest/routes.h"

#include <stddef.h>
#include <string.h>

#include "responder/health.h"
#include "rest/call.h"
#include "rest/handlers.h"

#define API "/artifactory/api"

static const struct route routes[] = {
	{ "GET", "/", ACCESS_NONE, rest_welcome },
	{ "GET", "/artifactory", ACCESS_NONE, rest_welcome },
	{ "GET", "/artifactory/", ACCESS_NONE, rest_welcome },
	{ "GET", API "/system/ping", ACCESS_ANY, rest_system_ping },
	{ "GET", API "/v1/system/liveness", ACCESS_NONE, health_livez },
	{ "GET", API "/v1/system/readiness", ACCESS_NONE, health_readyz },
	{ "GET", API "/system/version", ACCESS_LOGIN, rest_system_version },
	{ "GET", API "/storageinfo", ACCESS_ADMIN, rest_storage_info },
	{ "POST", API "/system/usage", ACCESS_LOGIN, rest_system_usage },
	{ "GET", API "/storage/{key}", ACCESS_LOGIN, rest_storage_repository },
	{ "GET", API "/storage/{key}/", ACCESS_LOGIN, rest_storage_repository },
	{ "GET", API "/storage/{key}/{name}", ACCESS_LOGIN, rest_storage_path },
	{ "GET", API "/repositories", ACCESS_LOGIN, rest_repositories_list },
	{ "GET", API "/repositories/configurations", ACCESS_ADMIN,
	    rest_repositories_configurations },
	{ "GET", API "/repositories/{key}", ACCESS_LOGIN, rest_repository_get },
	{ "PUT", API "/repositories/{key}", ACCESS_ADMIN, rest_repository_put },
	{ "POST", API "/repositories/{key}", ACCESS_ADMIN, rest_repository_post },
	{ "DELETE", API "/repositories/{key}", ACCESS_ADMIN, rest_repository_remove },
	{ "POST", API "/security/users/authorization/changePassword", ACCESS_LOGIN,
	    rest_password_change },
	{ "GET", API "/docker/{key}/who", ACCESS_ADMIN, rest_who_answers },
	{ NULL, NULL, ACCESS_NONE, NULL },
};

/* The path without the slash that may end the path of a collection or folder; a key has none. */
static const char *
plain_path(struct request *req)
{
	size_t length = strlen(req->path);
	const struct route *route;
	const char *path, *allow;

	if (length <= 1 || req->path[length - 1] != '/')
		return req->path;
	path = arena_strndup(req->arena, req->path, length - 1);
	return route_find(req, routes, path, &route, &allow) == ROUTE_FOUND &&
		       strcmp(strrchr(route->pattern, '/'), "/{key}") != 0
		   ? path
		   : req->path;
}

static bool
rest_open(struct request *req, struct error *err)
{
	(void)err;
	req->call->prefix = req->call->key = "";
	req->call->path = plain_path(req);
	return true;
}

const struct api rest_api = {
	.routes = routes,
	.call_size = sizeof(struct call),
	.open = rest_open,
	.authenticate = rest_call_authenticate,
	.render_error = rest_error,
};
