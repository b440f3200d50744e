/* stowage-v1: Docker Registry and Index API v1. */
#include <string.h>

#include "responder/endpoint.h"
#include "v1/call.h"
#include "v1/errors.h"
#include "v1/routes.h"

/* Find the route, authenticate the client and run the handler. */
static bool
call_run(struct request *req, struct v1_call *call, struct db *db, struct error *err)
{
	if (!route_require(req, v1_routes, call->path, &call->route, err))
		return false;
	if (call->route->access == ACCESS_NONE)
		return req->is_head_only ? reply_empty(req, 200) : call->route->handler(req, err);
	if (!call_authenticate(req, call, db, err))
		return false;
	if (req->is_head_only)
		return call_admit(call, err) &&
		       endpoint_admit(req, db, call->key, call->identity, err);
	return call->route->handler(req, err);
}

static void
v1_serve(struct request *req, struct db *db, struct error *err)
{
	struct v1_call call;
	bool readable = err->code == ERROR_NONE;
	bool ok;

	req->call = &call;
	ok = call_open(req, &call, err) && readable && call_run(req, &call, db, err);
	if (!ok && endpoint_forget(req, &call.registry, call.identity)) {
		*err = (struct error){ 0 };
		ok = call_open(req, &call, err) && call_run(req, &call, db, err);
	}
	if (!ok && !responder_dispatches(req, err))
		v1_error(req, &call, err);
}

int
main(int argc, char **argv)
{
	static const struct responder responder = { .name = "stowage-v1",
		.serve = v1_serve,
		.routes = v1_routes,
		.takes_tokens = true,
		.has_store = true };

	return responder_main(&responder, argc, argv);
}
