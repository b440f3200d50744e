/*
 * The token endpoint (Docker token authentication specification): identifies the client, by Basic
 * authentication or as anonymous, and signs the actions it may currently do here. A token is an
 * upper bound: every statement checks the rights again.
 */
#include <string.h>

#include "auth/scope.h"
#include "base/clock.h"
#include "oci/name.h"
#include "registry/pull.h"
#include "v2/call.h"
#include "v2/handlers.h"

/* The scope in which the rights under a name are asked; returns the name in it. With the path
 * method, names in tokens begin with the key. */
static const char *
scope_at(struct request *req, const char *name, struct request_scope *scope)
{
	const char *slash = strchr(name, '/');

	*scope = *request_scope(req);
	if (request_variable(req, "STOWAGE_PATH_METHOD") == NULL || slash == NULL)
		return name;
	scope->key = arena_strndup(req->arena, name, (size_t)(slash - name));
	scope->key_from_url = true;
	return slash + 1;
}

/* The rights of the account under a name; none if the name is invalid. */
static bool
name_rights(struct request *req, const char *written, int *actions, struct error *err)
{
	struct error why = { 0 };
	struct request_scope scope;
	const char *name = scope_at(req, written, &scope);

	*actions = 0;
	if (!name_check(name, &why) || registry_rights(&scope, name, actions, &why) ||
	    why.code == ERROR_KEY_UNKNOWN)
		return true;
	*err = why;
	return false;
}

/* Reduce an entry to the actions that may be granted now. Entries for every name and for the
 * catalog are checked by the statement of each request. */
static bool
grant(struct request *req, struct token_access *access, struct error *err)
{
	bool repository = strcmp(access->type, "repository") == 0;
	int actions = 0;

	access->all = access->all && v2_call_is_catalog(access);
	if (access->any_name)
		return true;
	if (repository && !name_rights(req, access->name, &actions, err))
		return false;
	access->pull = access->pull && (actions & ACTION_READ);
	access->push = access->push && (actions & ACTION_WRITE);
	access->del = access->del && (actions & ACTION_DELETE);
	return true;
}

static bool
answer(struct request *req, struct token *token, struct error *err)
{
	struct service *service = request_service(req);
	char issued[CLOCK_TEXT_SIZE];
	const char *text = identity_token(
	    service->authenticator, request_registry(req)->db, token, 0, err);

	if (text == NULL)
		return false;
	clock_rfc3339(issued, token->issued_at);
	reply_header(req, "Cache-Control", "no-store");
	return reply_json(req, 200,
	    json_pack("{s:s, s:s, s:I, s:s}", "token", text, "access_token", text, "expires_in",
		(json_int_t)(token->expires_at - token->issued_at), "issued_at", issued));
}

bool
v2_token(struct request *req, struct error *err)
{
	const struct call *call = req->call;
	struct token token = {
		.audience = v2_call(req)->service,
		.subject = call->identity->name,
		.account = call->identity->principal.account,
		.epoch = call->identity->principal.epoch,
	};

	if (call->identity->token != NULL)
		return error_set(err, ERROR_UNAUTHORIZED,
		    "cannot issue a token for a token: sign in with a password");
	if (!registry_admit_principal(request_scope(req), false, err))
		return false;
	scope_parse(
	    req->arena, request_query_all(req, "scope"), &token.access, &token.access_count);
	for (size_t i = 0; i < token.access_count; i++)
		if (!grant(req, &token.access[i], err))
			return false;
	return answer(req, &token, err);
}
