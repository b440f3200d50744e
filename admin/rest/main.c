/* stowage-admin: the REST interface. */
#include "rest/call.h"
#include "rest/routes.h"

static bool
call_run(struct request *req, struct rest_call *call, struct error *err)
{
	const char *allow = NULL;

	switch (route_find(req, rest_routes, req->path, &call->route, &allow)) {
	case ROUTE_FOUND:
		return call_authenticate(req, call, err) && call->route->handler(req, err);
	case ROUTE_NO_METHOD:
		error_set(err, ERROR_METHOD, NULL);
		reply_header(req, "Allow", allow);
		return false;
	case ROUTE_NO_PATH:
		break;
	}
	return error_set(err, ERROR_NOT_FOUND, NULL);
}

static void
rest_serve(struct request *req, struct db *db, struct error *err)
{
	struct rest_call call = { .db = db };

	req->call = &call;
	if (err->code != ERROR_NONE || !call_run(req, &call, err))
		rest_error(req, err);
}

int
main(int argc, char **argv)
{
	static const struct responder responder = { "stowage-admin", rest_serve, rest_routes };

	return responder_main(&responder, argc, argv);
}
