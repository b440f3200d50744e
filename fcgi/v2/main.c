/* stowage-v2: Docker Registry API v2 and OCI Distribution 1.1. */
#include <string.h>

#include "responder/endpoint.h"
#include "v2/call.h"
#include "v2/errors.h"
#include "v2/routes.h"

/* Find the route, authenticate the client and run the handler. */
static bool
call_run(struct request *req, struct v2_call *call, struct db *db, struct error *err)
{
	if (!route_require(req, v2_routes, call->path, &call->route, err))
		return false;
	if (call->route->access == ACCESS_NONE && strncmp(call->path, "/v2", 3) != 0)
		return call->route->handler(req, err); /* health: no repository, no client */
	reply_header(req, "Docker-Distribution-API-Version", "registry/2.0");
	if (!call_authenticate(req, call, db, err))
		return false;
	if (req->is_head_only)
		return upload_admit(req, err) &&
		       endpoint_admit(req, db, call->key, call->identity, err);
	return call->route->handler(req, err);
}

static void
v2_serve(struct request *req, struct db *db, struct error *err)
{
	struct v2_call call;
	bool readable = err->code == ERROR_NONE;
	bool ok;

	req->call = &call;
	ok = call_open(req, &call, err) && readable && call_run(req, &call, db, err);
	if (!ok && endpoint_forget(req, &call.registry, call.identity)) {
		*err = (struct error){ 0 };
		ok = call_open(req, &call, err) && call_run(req, &call, db, err);
	}
	if (!ok && !responder_dispatches(req, err))
		v2_error(req, &call, db, err);
}

int
main(int argc, char **argv)
{
	static const struct responder responder = { .name = "stowage-v2",
		.serve = v2_serve,
		.routes = v2_routes,
		.takes_tokens = true,
		.has_store = true };

	return responder_main(&responder, argc, argv);
}
