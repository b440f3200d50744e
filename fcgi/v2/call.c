#include "v2/call.h"

#include <string.h>
#include <strings.h>

#include "oci/name.h"
#include "registry/target.h"
#include "responder/endpoint.h"

/* The path method: the first part of the name is the key. Without such a part, the key of the vhost
 * applies. */
static void
take_key_from_path(struct request *req, struct v2_call *call)
{
	const char *start = call->path + strlen("/v2/"), *end;
	struct error ignored = { 0 };
	const char *key;

	if (strncmp(call->path, "/v2/", strlen("/v2/")) != 0 || (end = strchr(start, '/')) == NULL)
		return;
	key = arena_strndup(req->arena, start, (size_t)(end - start));
	if (!repository_key_check(key, &ignored))
		return;
	call->key = key;
	call->mount = arena_printf(req->arena, "%s/", key);
	call->path = arena_printf(req->arena, "/v2%s", end);
}

bool
call_open(struct request *req, struct v2_call *call, struct error *err)
{
	struct endpoint endpoint;
	bool ok = endpoint_open(req, "STOWAGE_V2_REPOSITORY", &endpoint, err);

	*call = (struct v2_call){
		.prefix = endpoint.prefix,
		.path = endpoint.path,
		.key = endpoint.key,
		.service = endpoint.key,
		.mount = "",
	};
	if (request_variable(req, "STOWAGE_PATH_METHOD") != NULL && *endpoint.prefix == '\0')
		take_key_from_path(req, call);
	return ok;
}

static bool
access_covers(const struct v2_call *call, const struct token_access *access, const char *name)
{
	size_t mount = strlen(call->mount);

	return strcmp(access->type, "repository") == 0 &&
	       (access->any_name || (strncmp(access->name, call->mount, mount) == 0 &&
					strcmp(access->name + mount, name) == 0));
}

bool
call_has_session(const struct v2_call *call)
{
	return strstr(call->route->pattern, "{uuid}") != NULL;
}

bool
call_token_grants(const struct v2_call *call, const char *name, enum action action)
{
	const struct token *token = call->identity->token;

	if (token == NULL)
		return true;
	for (size_t i = 0; i < token->access_count; i++) {
		const struct token_access *access = &token->access[i];

		if (access_covers(call, access, name) &&
		    (action == ACTION_READ       ? access->pull
			: action == ACTION_WRITE ? access->push
						 : access->del))
			return true;
	}
	return false;
}

bool
call_is_catalog(const struct token_access *access)
{
	return strcmp(access->type, "registry") == 0 && strcmp(access->name, "catalog") == 0;
}

static bool
token_grants_catalog(const struct token *token)
{
	for (size_t i = 0; i < token->access_count; i++)
		if (call_is_catalog(&token->access[i]) && token->access[i].all)
			return true;
	return false;
}

/*
 * A request that the token does not cover. Another token may, unless access is refused to everyone.
 * Then no token would help, and a challenge would hide the reason: from the user, and from docker
 * 1.12, which would take it as a reason to try v1.
 */
static bool
refuse_scope(struct v2_call *call, const char *name, struct error *err)
{
	struct registry *registry = &call->registry;
	struct target target = { 0 };
	struct error why = { 0 };
	bool admitted = call->route->access == ACCESS_PUSH
			    ? registry_target_require(registry, name, ACTION_WRITE, &target, &why)
			    : registry_admit_principal(registry, true, &why);

	if (!admitted && (why.code != ERROR_DENIED || registry->blacked_out)) {
		*err = why;
		return false;
	}
	return error_set(err, ERROR_UNAUTHORIZED, NULL);
}

/* A token grants no more than its scope, whatever the rights of the account. */
static bool
scope_check(struct request *req, struct v2_call *call, struct error *err)
{
	const struct token *token = call->identity->token;
	const char *name;
	enum action action;

	switch (call->route->access) {
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
	return call_token_grants(call, name, action) || refuse_scope(call, name, err);
}

/* Routes that need an account are closed to anonymous clients, even if anonymous clients may read.
 * A push must be refused before its body is read. */
static bool
anonymous_check(const struct v2_call *call, struct error *err)
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
intent_of(struct request *req, const struct v2_call *call)
{
	if (call->route->access != ACCESS_PULL)
		return INTENT_PULL;
	if (call->identity->token == NULL)
		return req->method == HTTP_HEAD ? INTENT_OPEN : INTENT_PULL;
	return call_token_grants(call, request_param(req, "name"), ACTION_WRITE) ? INTENT_PUSH
										 : INTENT_PULL;
}

/* A pull through a mirror may name the registry it is for. */
static bool
choose_namespace(struct request *req, struct v2_call *call, struct error *err)
{
	const char *ns = request_query(req, "ns"), *tag = NULL;

	if (call->route->access != ACCESS_PULL || ns == NULL || *ns == '\0' ||
	    strcasecmp(ns, req->host) == 0)
		return true;
	if (strstr(call->route->pattern, "{reference}") != NULL)
		tag = request_param(req, "reference");
	if (tag != NULL && strchr(tag, ':') != NULL) /* a digest */
		tag = NULL;
	return registry_choose_namespace(&call->registry, ns, request_param(req, "name"), tag, err);
}

bool
call_authenticate(struct request *req, struct v2_call *call, struct db *db, struct error *err)
{
	if (!endpoint_identify(req, db, 2, call->key, call->service, call_has_session(call),
		&call->identity, &call->registry, err))
		return false;
	call->registry.key_from_url = *call->prefix != '\0' || *call->mount != '\0';
	if (!anonymous_check(call, err) || !scope_check(req, call, err))
		return false;
	call->registry.intent = intent_of(req, call);
	return choose_namespace(req, call, err);
}

const char *
call_image_path(const struct request *req, const char *name)
{
	const struct v2_call *call = request_call(req);

	return arena_printf(req->arena, "%s/v2/%s%s", call->prefix, call->mount, name);
}

bool
call_name(struct request *req, const char **name, struct error *err)
{
	*name = request_param(req, "name");
	return name_check(*name, err);
}

bool
call_digest(struct request *req, struct digest *digest, struct error *err)
{
	return digest_parse(digest, request_param(req, "digest"), err);
}

void
call_trace(struct request *req)
{
	const struct registry *registry = request_registry(req);
	const char *trace = request_header(req, "X-Stowage-Trace");

	if (registry->warning != NULL)
		reply_header(req, "Warning", registry->warning);
	if (trace != NULL && strcmp(trace, "1") == 0 && registry->served_by != NULL)
		reply_header(req, "X-Stowage-Repository", registry->served_by);
}
