#include "rest/call.h"

#include <jansson.h>
#include <string.h>

#include "db/account.h"
#include "oci/document.h"
#include "oci/name.h"

#define DOCUMENT_MAX (1024 * 1024)
#define RETRY_AFTER_SECONDS "2"

/* Identify the client; *valid tells whether its account is unchanged since it was authenticated. */
static bool
identify(struct request *req, struct rest_call *call, bool *valid, struct error *err)
{
	const struct credentials credentials = {
		.authorization = request_header(req, "Authorization"),
		.address = req->address,
		.request_id = req->id,
		.may_block = req->may_block,
	};

	return identity_find(request_service(req)->authenticator, call->db, &credentials,
		   &call->identity, err) &&
	       db_principal_find(call->db, &call->identity->principal, valid, &call->is_admin, err);
}

/* Anonymous clients are asked to sign in; others are refused. */
static bool
admit(const struct rest_call *call, struct error *err)
{
	bool signed_in = call->identity->principal.account != 0;

	switch (call->route->access) {
	case ACCESS_NONE:
		return true;
	case ACCESS_ADMIN:
		if (signed_in && !call->is_admin)
			return error_set(err, ERROR_DENIED, "this needs an administrator");
		/* fall through */
	default:
		return signed_in || error_set(err, ERROR_UNAUTHORIZED, NULL);
	}
}

bool
call_authenticate(struct request *req, struct rest_call *call, struct error *err)
{
	bool valid = false;

	if (!identify(req, call, &valid, err))
		return false;
	if (!valid && call->identity->remembered) {
		/* The remembered password belongs to an account that has changed since. */
		identity_forget(request_service(req)->authenticator,
		    request_header(req, "Authorization"), req->address, req->arena);
		if (!identify(req, call, &valid, err))
			return false;
	}
	if (!valid)
		return error_set(err, ERROR_UNAUTHORIZED, NULL);
	req->user = call->identity->name;
	call->actor = (struct actor){
		.account = call->identity->principal.account,
		.name = call->identity->name,
		.request = req->id,
		.address = req->address,
	};
	return admit(call, err);
}

void
rest_error(struct request *req, struct error *err)
{
	int status = error_status(err);

	if (status != 405)
		reply_reset(req->reply);
	reply_json(req, status,
	    json_pack("{s:[{s:i, s:s}]}", "errors", "status", status, "message", err->message));
	if (status == 401)
		reply_header(req, "WWW-Authenticate", "Basic realm=\"stowage\"");
	if (status == 503 || status == 429)
		reply_header(req, "Retry-After", RETRY_AFTER_SECONDS);
}

bool
call_document(struct request *req, const char **json, struct error *err)
{
	json_error_t reason;
	json_t *document;
	char *body, *text;
	size_t length;

	if (!request_json_check(req, err) || !request_body(req, DOCUMENT_MAX, &body, &length, err))
		return false;
	document = document_load(req->arena, (struct bytes){ body, length }, &reason);
	if (!json_is_object(document)) {
		json_decref(document);
		return error_set(err, ERROR_BAD_REQUEST, "request body must be a JSON object%s%s",
		    document == NULL ? ": " : "", document == NULL ? reason.text : "");
	}
	text = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	if (text == NULL)
		arena_give_up(req->arena, length);
	arena_defer(req->arena, free, text);
	*json = text;
	return true;
}

bool
call_key(struct request *req, const char **key, struct error *err)
{
	*key = request_param(req, "key");
	return repository_key_check(*key, err);
}

const char *
call_class(const char *rclass)
{
	return strcmp(rclass, "local") == 0    ? "LOCAL"
	       : strcmp(rclass, "remote") == 0 ? "REMOTE"
					       : "VIRTUAL";
}
