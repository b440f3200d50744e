#include "v1/errors.h"

#include "v1/call.h"

#define RETRY_AFTER_SECONDS "2"

/* The missing scope is only named for a token that does not cover the list of names. */
static void
challenge(struct request *req)
{
	const struct call *call = req->call;
	bool had_token = call->identity != NULL && call->identity->token != NULL;
	bool catalog = call->route != NULL && call->route->access == ACCESS_CATALOG;

	reply_headerf(req, "WWW-Authenticate", "Basic realm=\"stowage\"%s",
	    had_token && catalog ? ",scope=\"registry:catalog:*\",error=\"insufficient_scope\""
				 : "");
}

void
v1_error(struct request *req, struct error *err)
{
	int status;

	if (request_registry(req)->key_unknown)
		error_set(err, ERROR_NOT_FOUND, "no v1 repository at this address");
	status = error_status(err);
	/* Headers of a refused range or method belong to the error. */
	if (status != 416 && status != 405)
		reply_reset(req->reply);
	reply_json(req, status, json_pack("{s:s}", "error", err->message));
	if (status == 401)
		challenge(req);
	if (status == 503 || status == 429)
		reply_header(req, "Retry-After", RETRY_AFTER_SECONDS);
}
