#include "responder/api.h"

#include "http/reply.h"
#include "responder/service.h"

static bool
call_start(const struct api *api, struct request *req, struct db *db, struct error *err)
{
	const struct service *service = request_service(req);

	req->call = arena_alloc(req->arena, api->call_size);
	req->call->registry = (struct registry){
		.db = db,
		.store = service->store,
		.upstream = service->upstream,
		.upload_sessions = service->config->http_upload_sessions,
	};
	req->user = NULL;
	return api->open(req, err);
}

/* Find the route, check the client's access to it, and run the handler. */
static bool
call_run(const struct api *api, struct request *req, struct error *err)
{
	const struct route *route;

	if (!route_require(req, api->routes, req->call->path, &req->call->route, err))
		return false;
	route = req->call->route;
	if (route->access == ACCESS_NONE)
		return req->is_head_only ? reply_empty(req, 200) : route->handler(req, err);
	if (!api->authenticate(req, err))
		return false;
	if (req->is_head_only && api->admit != NULL)
		return api->admit(req, err) && call_admit(req, err);
	return route->handler(req, err);
}

/* Is the error not an answer, but the need of a thread that may block? */
static bool
would_block(const struct request *req, const struct error *err)
{
	return err->code == ERROR_WOULD_BLOCK && (!req->may_block || req->awaits_body);
}

bool
api_serve(const struct api *api, struct request *req, struct db *db, struct error *err)
{
	bool readable = err->code == ERROR_NONE;
	bool ok = call_start(api, req, db, err) && readable && call_run(api, req, err);

	if (!ok && call_forget(req, err)) {
		*err = (struct error){ 0 };
		ok = call_start(api, req, db, err) && call_run(api, req, err);
	}
	if (!ok && would_block(req, err))
		return false;
	if (!ok)
		api->render_error(req, err);
	return true;
}
