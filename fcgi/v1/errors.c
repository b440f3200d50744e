#include "v1/errors.h"

#include "v1/call.h"

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

	if (err->code == ERROR_KEY_UNKNOWN)
		error_set(err, ERROR_NOT_FOUND, "no v1 repository at this URL");
	status = error_status(err);
	/* Headers of a refused range or method belong to the error. */
	if (status != 416 && status != 405)
		reply_reset(req->reply);
	reply_json(req, status, json_pack("{s:s}", "error", err->message));
	if (status == 401)
		challenge(req);
	reply_retry_after(req, err);
}
