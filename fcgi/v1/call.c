#include "v1/call.h"

#include <string.h>

#include "oci/name.h"

/* A push lasts as long as its layers take, and old clients do not request a second token. The token
 * is only an upper bound: every statement checks the rights again. */
#define TOKEN_SECONDS (12 * 60 * 60)

bool
v1_call_open(struct request *req, struct error *err)
{
	return call_open(req, "STOWAGE_V1_REPOSITORY", err);
}

static bool
grants(const struct token_access *granted, enum access access)
{
	switch (access) {
	case ACCESS_PULL:
		return granted->pull;
	case ACCESS_PUSH:
		return granted->push;
	case ACCESS_DELETE:
		return granted->del;
	default:
		return true;
	}
}

/* The name in the URL; "N" is the same as "library/N". */
static bool
find_name(struct request *req, struct error *err)
{
	struct v1_call *call = v1_call(req);
	const char *name;

	if (strstr(call->call.route->pattern, "{name}") == NULL)
		return true;
	name = request_param(req, "name");
	call->name = strchr(name, '/') == NULL ? arena_printf(req->arena, "library/%s", name)
					       : name;
	return name_check(call->name, err);
}

/* A token is for one name and for the actions in it; the list of all names needs a password. */
static bool
apply_token(struct v1_call *call, struct error *err)
{
	const struct token *token = call->call.identity->token;
	enum access access = call->call.route->access;

	if (token == NULL)
		return true;
	if (access == ACCESS_CATALOG || token->access_count != 1 ||
	    !grants(&token->access[0], access) ||
	    (call->name != NULL && strcmp(call->name, token->access[0].name) != 0))
		return error_set(err, ERROR_UNAUTHORIZED, NULL);
	call->name = token->access[0].name;
	return true;
}

/* Routes that need an account are closed to anonymous clients; a push needs a name. */
static bool
check_access(const struct v1_call *call, struct error *err)
{
	bool anonymous = call->call.identity->principal.account == 0;

	switch (call->call.route->access) {
	case ACCESS_LOGIN:
	case ACCESS_DELETE:
		return !anonymous || error_set(err, ERROR_UNAUTHORIZED, NULL);
	case ACCESS_PUSH:
		if (anonymous)
			return error_set(err, ERROR_UNAUTHORIZED, NULL);
		return call->name != NULL ||
		       error_set(err, ERROR_UNAUTHORIZED,
			   "image pushes require the token of their repository");
	default:
		return true;
	}
}

bool
v1_call_authenticate(struct request *req, struct error *err)
{
	return call_identify(req, 1, req->call->key, false, err) && find_name(req, err) &&
	       apply_token(v1_call(req), err) && check_access(v1_call(req), err);
}

bool
v1_call_admit(struct request *req, struct error *err)
{
	return req->call->route->access != ACCESS_PUSH || v1_call_may(req, ACTION_WRITE, err);
}

bool
v1_call_target(struct request *req, int action, struct target *target, struct error *err)
{
	return bridge_v1_target_require(
	    request_scope(req), v1_call(req)->name, action, target, err);
}

bool
v1_call_may(struct request *req, int action, struct error *err)
{
	struct target target = { 0 };

	return v1_call_target(req, action, &target, err);
}

bool
v1_call_reply(struct request *req, const char *json)
{
	reply_bytes(req, 200, "application/json", json, strlen(json));
	return true;
}

bool
v1_call_id(struct request *req, struct digest *id, struct error *err)
{
	return v1_image_id_read(id, request_param(req, "id"), err);
}

/* Reply with a token for the following calls, with the access of this route. */
static bool
reply_token(struct request *req, struct error *err)
{
	const struct call *call = req->call;
	const char *name = v1_call(req)->name;
	enum access access = call->route->access;
	struct token_access granted = {
		.type = "repository",
		.name = name,
		.pull = access != ACCESS_DELETE,
		.push = access == ACCESS_PUSH,
		.del = access == ACCESS_DELETE,
	};
	struct token token = {
		.audience = call->key,
		.subject = call->identity->name,
		.account = call->identity->principal.account,
		.epoch = call->identity->principal.epoch,
		.access = &granted,
		.access_count = 1,
	};
	const char *text = identity_token(
	    request_service(req)->authenticator, call->registry.db, &token, TOKEN_SECONDS, err);

	if (text == NULL)
		return false;
	reply_headerf(req, "X-Docker-Token", "signature=%s,repository=\"%s\",access=%s", text, name,
	    access == ACCESS_PUSH     ? "write"
	    : access == ACCESS_DELETE ? "delete"
				      : "read");
	return true;
}

bool
v1_call_endpoint(struct request *req, struct error *err)
{
	const char *url = request_base_url(req), *scheme_end = strstr(url, "://");
	const char *host = scheme_end == NULL ? url : scheme_end + strlen("://");

	/* Clients add a scheme and /v1/ themselves. */
	reply_headerf(req, "X-Docker-Endpoints", "%.*s", (int)strcspn(host, "/"), host);
	return request_header(req, "X-Docker-Token") == NULL || reply_token(req, err);
}
