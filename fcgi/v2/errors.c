#include "v2/errors.h"

#include <inttypes.h>
#include <string.h>

#include "v2/routes.h"

#define RETRY_AFTER_SECONDS "2"

/* What a mount needs besides: a client that answers one challenge has to hear of both. */
static const char *
source_scope(struct request *req, const struct v2_call *call)
{
	const char *from = call->route->handler == upload_start ? upload_mount_source(req) : NULL;

	if (from == NULL || strcmp(from, request_param(req, "name")) == 0)
		return "";
	return arena_printf(req->arena, " repository:%s%s:pull", call->mount, from);
}

/* The scope a token needs for this route; "" for none. */
static const char *
route_scope(struct request *req, const struct v2_call *call)
{
	const char *actions;

	if (call->route == NULL)
		return "";
	switch (call->route->access) {
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
	return arena_printf(req->arena, "repository:%s%s:%s%s", call->mount,
	    request_param(req, "name"), actions, source_scope(req, call));
}

/* Names come decoded from the URL: what cannot stand in a quoted string is not repeated. */
static bool
quotable(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e || *text == '"' || *text == '\\')
			return false;
	return true;
}

static void
challenge(struct request *req, const struct v2_call *call)
{
	const char *scope = route_scope(req, call);
	const char *shown = quotable(scope) ? scope : "";
	bool had_token = request_header(req, "Authorization") != NULL && call->identity != NULL &&
			 call->identity->token != NULL;

	reply_headerf(req, "WWW-Authenticate",
	    "Bearer realm=\"%s%s/v2/token\",service=\"%s\"%s%s%s%s", request_base_url(req),
	    call->prefix, call->service, *shown != '\0' ? ",scope=\"" : "", shown,
	    *shown != '\0' ? "\"" : "", had_token ? ",error=\"insufficient_scope\"" : "");
}

/* [{"repository": ..., "reason": ...}], NULL for none. */
static json_t *
unavailable_list(const struct registry *registry)
{
	json_t *list = registry->unavailable == NULL ? NULL : json_array();

	for (const struct unavailable *p = registry->unavailable; p != NULL; p = p->next)
		json_array_append_new(
		    list, json_pack("{s:s, s:s}", "repository", p->key, "reason", p->reason));
	return list;
}

/* Not found, as far as could be seen: true for the moment only. */
static void
warn_of_unavailable(struct request *req, const struct registry *registry)
{
	if (registry->unavailable == NULL)
		return;
	reply_headerf(req, "Warning", "199 - \"%s\"", registry_unavailable_text(registry));
	reply_header(req, "Cache-Control", "no-store");
}

/*
 * What an error without a detail of its own is about. Docker reads an error that has none, and the
 * sentence it knows, as a bare code: it shows no sentence then, and 1.10 to 17.05 neither look for
 * the image over v1 nor give up a push that was refused before they tried it five times.
 */
static json_t *
asked_for(struct request *req, const struct v2_call *call)
{
	enum access access = call->route != NULL ? call->route->access : ACCESS_NONE;

	if (access != ACCESS_PULL && access != ACCESS_PUSH && access != ACCESS_DELETE)
		return NULL;
	return json_pack("{s:s, s:o*}", "name", request_param(req, "name"), "unavailable",
	    unavailable_list(&call->registry));
}

/* Clients of Artifactory's own calls look for the status. */
static json_t *
error_document(struct request *req, struct v2_call *call, const struct error *err, int status)
{
	json_t *detail = call->detail != NULL ? call->detail : asked_for(req, call);
	json_t *one = json_pack("{s:s, s:s, s:o?}", "code", error_spelling(err->code), "message",
	    err->message, "detail", detail);

	call->detail = NULL;
	if (call->route != NULL && call->route->handler == v2_promote)
		json_object_set_new(one, "status", json_integer(status));
	return json_pack("{s:[o]}", "errors", one);
}

/*
 * A refusal that came before any statement (of a name, a digest, a password) does not know yet
 * whether the key exists. Ask, unless the client chose the key, whose absence is not told; and if
 * the database cannot say, that is the error: trouble is never shown as a refusal.
 */
static bool
key_is_unknown(const struct v2_call *call, struct db *db, struct error *err)
{
	struct registry registry = { .db = db, .key = call->key, .version = 2 };
	struct error lookup = { 0 };

	if (call->registry.key_unknown || call->key[0] == '\0')
		return true;
	if (call->registry.key_known || *call->prefix != '\0' || error_status(err) >= 500)
		return false;
	if (!registry_admit_principal(&registry, false, &lookup) && !registry.key_unknown)
		*err = lookup;
	return registry.key_unknown;
}

/*
 * Who sends no credential at all may have one: clients that ask for content at once (containerd)
 * send it only when asked to. So what anonymous does not find is a challenge first; with the token
 * that anonymous gets for it, the answer is the plain one.
 */
static void
ask_for_credentials(struct request *req, const struct v2_call *call, struct error *err)
{
	bool pull = call->route != NULL && call->route->access == ACCESS_PULL;

	if (pull && request_header(req, "Authorization") == NULL &&
	    (err->code == ERROR_NAME_UNKNOWN || err->code == ERROR_MANIFEST_UNKNOWN ||
		err->code == ERROR_BLOB_UNKNOWN || err->code == ERROR_DENIED))
		error_set(err, ERROR_UNAUTHORIZED, NULL);
}

void
v2_error(struct request *req, struct v2_call *call, struct db *db, struct error *err)
{
	int status;

	/* A key that the client says as a part of the name is a name unknown to a registry that is
	 * there. */
	if (*call->mount == '\0' && key_is_unknown(call, db, err)) {
		json_decref(call->detail);
		call->detail = NULL;
		reply_reset(req->reply);
		reply_text(req, 404, "404 page not found\n");
		return;
	}
	ask_for_credentials(req, call, err);
	status = error_status(err);
	/* What a refused range or method says of itself belongs to the error; all else belonged to
	 * the success. */
	if (status != 416 && status != 405)
		reply_reset(req->reply);
	reply_json(req, status, error_document(req, call, err, status));
	reply_header(req, "Docker-Distribution-API-Version", "registry/2.0");
	warn_of_unavailable(req, &call->registry);
	if (status == 401)
		challenge(req, call);
	if (call->registry.retry_after > 0 && (status == 429 || status == 502))
		reply_headerf(req, "Retry-After", "%" PRId64, call->registry.retry_after);
	else if (status == 503 || status == 429)
		reply_header(req, "Retry-After", RETRY_AFTER_SECONDS);
}
