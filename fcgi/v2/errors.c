#include "v2/errors.h"

#include <string.h>

#include "v2/call.h"
#include "v2/handlers.h"

/* The additional scope of a mount: a client that answers only one challenge must learn of both. */
static const char *
source_scope(struct request *req)
{
	const char *from = req->call->route->handler == v2_upload_start
			       ? v2_upload_mount_source(req)
			       : NULL;

	if (from == NULL || strcmp(from, request_param(req, "name")) == 0)
		return "";
	return arena_printf(req->arena, " repository:%s%s:pull", v2_call(req)->mount, from);
}

/* The scope that a token needs for this route; "" if none. */
static const char *
route_scope(struct request *req)
{
	const struct route *route = req->call->route;
	const char *actions;

	if (route == NULL)
		return "";
	switch (route->access) {
	case ACCESS_CATALOG:
		return "registry:catalog:*";
	case ACCESS_PULL:
		actions = "pull";
		break;
	case ACCESS_PUSH:
		actions = "pull,push";
		break;
	case ACCESS_DELETE:
		actions = "delete";
		break;
	default:
		return "";
	}
	return arena_printf(req->arena, "repository:%s%s:%s%s", v2_call(req)->mount,
	    request_param(req, "name"), actions, source_scope(req));
}

/* Names are decoded from the URL: one with characters that a quoted string cannot contain is left
 * out. */
static bool
quotable(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e || *text == '"' || *text == '\\')
			return false;
	return true;
}

static void
challenge(struct request *req)
{
	const struct call *call = req->call;
	const char *scope = route_scope(req);
	const char *shown = quotable(scope) ? scope : "";
	bool had_token = request_header(req, "Authorization") != NULL && call->identity != NULL &&
			 call->identity->token != NULL;

	reply_headerf(req, "WWW-Authenticate",
	    "Bearer realm=\"%s%s/v2/token\",service=\"%s\"%s%s%s%s", request_base_url(req),
	    call->prefix, v2_call(req)->service, *shown != '\0' ? ",scope=\"" : "", shown,
	    *shown != '\0' ? "\"" : "", had_token ? ",error=\"insufficient_scope\"" : "");
}

/* [{"repository": ..., "reason": ...}]; NULL if the list is empty. */
static json_t *
unavailable_list(const struct answer *answer)
{
	json_t *list = answer->unavailable == NULL ? NULL : json_array();

	for (const struct unavailable *p = answer->unavailable; p != NULL; p = p->next)
		json_array_append_new(
		    list, json_pack("{s:s, s:s}", "repository", p->key, "reason", p->reason));
	return list;
}

/* Not found, but some members could not be asked: the answer may change at any time. */
static void
warn_of_unavailable(struct request *req, const struct answer *answer)
{
	if (answer->unavailable == NULL)
		return;
	reply_headerf(req, "Warning", "199 - \"%s\"", answer_reasons(answer, req->arena));
	reply_header(req, "Cache-Control", "no-store");
}

/*
 * The detail of an error that has none of its own. Docker treats an error with no detail and the
 * standard message as a bare code: it then shows no message, and 1.10 to 17.05 neither try v1 nor
 * give up a refused push before five attempts.
 */
static json_t *
request_detail(struct request *req)
{
	const struct call *call = req->call;
	enum access access = call->route != NULL ? call->route->access : ACCESS_NONE;

	if (access != ACCESS_PULL && access != ACCESS_PUSH && access != ACCESS_DELETE)
		return NULL;
	return json_pack("{s:s, s:o*}", "name", request_param(req, "name"), "unavailable",
	    unavailable_list(&v2_call(req)->answer));
}

/* Clients of Artifactory's own calls read the status. */
static json_t *
error_document(struct request *req, const struct error *err, int status)
{
	struct v2_call *call = v2_call(req);
	json_t *detail = call->detail != NULL ? call->detail : request_detail(req);
	json_t *one = json_pack("{s:s, s:s, s:o?}", "code", error_spelling(err->code), "message",
	    err->message, "detail", detail);

	call->detail = NULL;
	if (req->call->route != NULL && req->call->route->handler == v2_promote)
		json_object_set_new(one, "status", json_integer(status));
	return json_pack("{s:[o]}", "errors", one);
}

/*
 * An error that precedes every statement (invalid name, digest or password) does not tell whether
 * the key exists. Ask the database, unless the client chose the key: then its absence is not told.
 * If the database cannot answer, that is the error: a failure is never reported as a refusal.
 */
static bool
key_is_unknown(const struct call *call, struct error *err)
{
	struct request_scope scope = {
		.registry = &call->registry, .key = call->key, .version = 2
	};
	struct error lookup = { 0 };

	if (err->code == ERROR_KEY_UNKNOWN || call->key[0] == '\0')
		return true;
	if (call->scope.key_known || *call->prefix != '\0' || error_status(err) >= 500)
		return false;
	if (registry_admit_principal(&scope, false, &lookup))
		return false;
	if (lookup.code == ERROR_KEY_UNKNOWN)
		return true;
	*err = lookup;
	return false;
}

static bool
may_depend_on_credentials(enum error_code code)
{
	switch (code) {
	case ERROR_NAME_UNKNOWN:
	case ERROR_KEY_UNKNOWN:
	case ERROR_MANIFEST_UNKNOWN:
	case ERROR_BLOB_UNKNOWN:
	case ERROR_DENIED:
	case ERROR_BLACKED_OUT:
		return true;
	default:
		return false;
	}
}

/*
 * A client without credentials may have some: clients that request content directly (containerd)
 * send them only when challenged. So an anonymous client is challenged first if nothing is found;
 * with the anonymous token that it then gets, it receives the plain answer.
 */
static void
ask_for_credentials(struct request *req, struct error *err)
{
	const struct call *call = req->call;
	bool pull = call->route != NULL && call->route->access == ACCESS_PULL;

	if (pull && request_header(req, "Authorization") == NULL &&
	    may_depend_on_credentials(err->code))
		error_set(err, ERROR_UNAUTHORIZED, NULL);
}

void
v2_error(struct request *req, struct error *err)
{
	struct v2_call *call = v2_call(req);
	int status;

	/* If the client writes the key as part of the name, an unknown key is only an unknown
	 * name. */
	if (*call->mount == '\0' && key_is_unknown(req->call, err)) {
		json_decref(call->detail);
		call->detail = NULL;
		reply_reset(req->reply);
		reply_text(req, 404, "404 page not found\n");
		return;
	}
	ask_for_credentials(req, err);
	status = error_status(err);
	/* Headers of a refused range or method belong to the error; all others belonged to the
	 * successful reply. */
	if (status != 416 && status != 405)
		reply_reset(req->reply);
	reply_json(req, status, error_document(req, err, status));
	reply_header(req, "Docker-Distribution-API-Version", "registry/2.0");
	warn_of_unavailable(req, &call->answer);
	if (status == 401)
		challenge(req);
	reply_retry_after(req, err);
}
