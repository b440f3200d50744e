#include "v2/call.h"

#include <string.h>
#include <strings.h>

#include "oci/name.h"
#include "registry/target.h"

/* The path method: the first part of the name is the key. Without such a part, the key of the vhost
 * applies. */
static void
take_key_from_path(struct request *req)
{
	struct call *call = req->call;
	const char *start = call->path + strlen("/v2/"), *end;
	struct error ignored = { 0 };
	const char *key;

	if (strncmp(call->path, "/v2/", strlen("/v2/")) != 0 || (end = strchr(start, '/')) == NULL)
		return;
	key = arena_strndup(req->arena, start, (size_t)(end - start));
	if (!name_check_key(key, &ignored))
		return;
	call->key = key;
	call->path = arena_printf(req->arena, "/v2%s", end);
	v2_call(req)->mount = arena_printf(req->arena, "%s/", key);
}

bool
v2_call_open(struct request *req, struct error *err)
{
	struct v2_call *call = v2_call(req);
	bool ok = call_open(req, "STOWAGE_V2_REPOSITORY", err);

	call->service = req->call->key;
	call->mount = "";
	if (request_variable(req, "STOWAGE_PATH_METHOD") != NULL && *req->call->prefix == '\0')
		take_key_from_path(req);
	return ok;
}

bool
v2_call_has_session(const struct request *req)
{
	return strstr(req->call->route->pattern, "{uuid}") != NULL;
}

static bool
access_covers(const char *mount, const struct token_access *access, const char *name)
{
	size_t length = strlen(mount);

	return strcmp(access->type, "repository") == 0 &&
	       (access->any_name || (strncmp(access->name, mount, length) == 0 &&
					strcmp(access->name + length, name) == 0));
}

bool
v2_call_token_grants(const struct request *req, const char *name, enum action action)
{
	const struct token *token = req->call->identity->token;

	if (token == NULL)
		return true;
	for (size_t i = 0; i < token->access_count; i++) {
		const struct token_access *access = &token->access[i];

		if (access_covers(v2_call(req)->mount, access, name) &&
		    (action == ACTION_READ       ? access->pull
			: action == ACTION_WRITE ? access->push
						 : access->del))
			return true;
	}
	return false;
}

bool
v2_call_is_catalog(const struct token_access *access)
{
	return strcmp(access->type, "registry") == 0 && strcmp(access->name, "catalog") == 0;
}

static bool
token_grants_catalog(const struct token *token)
{
	for (size_t i = 0; i < token->access_count; i++)
		if (v2_call_is_catalog(&token->access[i]) && token->access[i].all)
			return true;
	return false;
}

/*
 * A request that the token does not cover. Another token may, unless access is refused to everyone.
 * Then no token would help, and a challenge would hide the reason: from the user, and from docker
 * 1.12, which would take it as a reason to try v1.
 */
static bool
refuse_scope(struct request *req, const char *name, struct error *err)
{
	struct request_scope *scope = request_scope(req);
	struct target target = { 0 };
	struct error why = { 0 };
	bool admitted = req->call->route->access == ACCESS_PUSH
			    ? registry_target_require(scope, name, ACTION_WRITE, &target, &why)
			    : registry_admit_principal(scope, true, &why);

	if (!admitted && why.code != ERROR_DENIED) {
		*err = why;
		return false;
	}
	return error_set(err, ERROR_UNAUTHORIZED, NULL);
}

/* A token grants no more than its scope, whatever the rights of the account. */
static bool
scope_check(struct request *req, struct error *err)
{
	const struct token *token = req->call->identity->token;
	const char *name;
	enum action action;

	switch (req->call->route->access) {
	case ACCESS_CATALOG:
		return token == NULL || token_grants_catalog(token) ||
		       error_set(err, ERROR_UNAUTHORIZED, NULL);
	case ACCESS_PULL:
		action = ACTION_READ;
		break;
	case ACCESS_PUSH:
		action = ACTION_WRITE;
		break;
	case ACCESS_DELETE:
		action = ACTION_DELETE;
		break;
	default:
		return true;
	}
	name = request_param(req, "name");
	return v2_call_token_grants(req, name, action) || refuse_scope(req, name, err);
}

/* Routes that need an account are closed to anonymous clients, even if anonymous clients may read.
 * A push must be refused before its body is read. */
static bool
anonymous_check(const struct call *call, struct error *err)
{
	bool has_token = call->identity->token != NULL;

	if (call->identity->principal.account != 0)
		return true;
	switch (call->route->access) {
	case ACCESS_PUSH:
	case ACCESS_DELETE:
		return error_set(err, ERROR_UNAUTHORIZED, NULL);
	case ACCESS_LOGIN:
	case ACCESS_ADMIN:
		return has_token || error_set(err, ERROR_UNAUTHORIZED, NULL);
	default:
		return true;
	}
}

/* Before a push, clients ask with HEAD which blobs they can skip; a token tells whether it is for a
 * push. */
static enum intent
intent_of(struct request *req)
{
	if (req->call->route->access != ACCESS_PULL)
		return INTENT_PULL;
	if (req->call->identity->token == NULL)
		return req->method == HTTP_HEAD ? INTENT_OPEN : INTENT_PULL;
	return v2_call_token_grants(req, request_param(req, "name"), ACTION_WRITE) ? INTENT_PUSH
										   : INTENT_PULL;
}

/* A pull through a mirror may name the registry it is for. */
static bool
choose_namespace(struct request *req, struct error *err)
{
	const struct route *route = req->call->route;
	const char *ns = request_query(req, "ns"), *tag = NULL;

	if (route->access != ACCESS_PULL || ns == NULL || *ns == '\0' ||
	    strcasecmp(ns, req->host) == 0)
		return true;
	if (strstr(route->pattern, "{reference}") != NULL)
		tag = request_param(req, "reference");
	if (tag != NULL && strchr(tag, ':') != NULL) /* a digest */
		tag = NULL;
	return registry_choose_namespace(
	    request_scope(req), ns, request_param(req, "name"), tag, err);
}

bool
v2_call_authenticate(struct request *req, struct error *err)
{
	const struct v2_call *call = v2_call(req);
	struct request_scope *scope = request_scope(req);

	reply_header(req, "Docker-Distribution-API-Version", "registry/2.0");
	if (!call_identify(req, 2, call->service, v2_call_has_session(req), err))
		return false;
	scope->key_from_url = scope->key_from_url || *call->mount != '\0';
	if (!anonymous_check(req->call, err) || !scope_check(req, err))
		return false;
	scope->intent = intent_of(req);
	return choose_namespace(req, err);
}

const char *
v2_call_image_path(const struct request *req, const char *name)
{
	return arena_printf(req->arena, "%s/v2/%s%s", req->call->prefix, v2_call(req)->mount, name);
}

bool
v2_call_name(struct request *req, const char **name, struct error *err)
{
	*name = request_param(req, "name");
	return name_check(*name, err);
}

bool
v2_call_digest(struct request *req, struct digest *digest, struct error *err)
{
	return digest_parse(digest, request_param(req, "digest"), err);
}

void
v2_call_trace(struct request *req)
{
	const struct answer *answer = &v2_call(req)->answer;
	const char *trace = request_header(req, "X-Stowage-Trace");

	if (answer->warning != NULL)
		reply_header(req, "Warning", answer->warning);
	if (trace != NULL && strcmp(trace, "1") == 0 && answer->served_by != NULL)
		reply_header(req, "X-Stowage-Repository", answer->served_by);
}
