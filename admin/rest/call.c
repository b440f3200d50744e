#include "rest/call.h"

#include <jansson.h>
#include <string.h>

#include "base/memory.h"
#include "oci/document.h"
#include "oci/name.h"
#include "registry/administrator.h"

#define DOCUMENT_MAX (1024 * 1024)

/* Anonymous clients are asked to sign in; others are refused. */
static bool
admit(const struct call *call, struct error *err)
{
	switch (call->route->access) {
	case ACCESS_ANY:
		return true;
	case ACCESS_ADMIN:
		return registry_admit_administrator(&call->scope, err);
	default:
		return call->scope.principal.account != 0 ||
		       error_set(err, ERROR_UNAUTHORIZED, NULL);
	}
}

bool
rest_call_authenticate(struct request *req, struct error *err)
{
	return call_identify(req, 0, NULL, false, err) &&
	       registry_admit_account(request_scope(req), err) && admit(req->call, err);
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
	reply_retry_after(req, err);
}

bool
rest_document(struct request *req, const char **json, struct error *err)
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
		memory_give_up(length);
	arena_defer(req->arena, free, text);
	*json = text;
	return true;
}

bool
rest_key(struct request *req, const char **key, struct error *err)
{
	*key = request_param(req, "key");
	return name_check_key(*key, err);
}

const char *
rest_class(const char *rclass)
{
	return strcmp(rclass, "local") == 0    ? "LOCAL"
	       : strcmp(rclass, "remote") == 0 ? "REMOTE"
					       : "VIRTUAL";
}
