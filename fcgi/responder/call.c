#include "responder/call.h"

#include <stdatomic.h>
#include <string.h>

#include "auth/statement.h"
#include "base/log.h"
#include "http/reply.h"
#include "oci/name.h"
#include "responder/service.h"

#define ARTIFACTORY "/artifactory/api/docker/"

/* Warn once: clients may send many such requests, and choose the host they name. */
static void
warn_unset(const struct request *req, const char *variable)
{
	static atomic_flag warned = ATOMIC_FLAG_INIT;
	const char *host = request_variable(req, "SERVER_NAME");

	if (request_variable(req, "STOWAGE_PATH_METHOD") == NULL &&
	    !atomic_flag_test_and_set(&warned))
		log_line(LOG_LEVEL_WARNING,
		    "the virtual host %s does not set %s, so its requests name no repository",
		    host == NULL ? "-" : host, variable);
}

bool
call_open(struct request *req, const char *variable, struct error *err)
{
	struct call *call = req->call;
	const char *key = request_variable(req, variable), *path = req->path, *start, *end;

	call->prefix = "";
	call->key = key == NULL ? "" : key;
	call->path = path;
	if (strncmp(path, ARTIFACTORY, strlen(ARTIFACTORY)) != 0) {
		if (*call->key == '\0' &&
		    (strncmp(path, "/v1/", 4) == 0 || strncmp(path, "/v2/", 4) == 0))
			warn_unset(req, variable);
		return true;
	}
	start = path + strlen(ARTIFACTORY);
	if ((end = strchr(start, '/')) == NULL)
		return error_set(err, ERROR_NOT_FOUND, NULL);
	call->key = arena_strndup(req->arena, start, (size_t)(end - start));
	call->prefix = arena_strndup(req->arena, path, (size_t)(end - path));
	call->path = end;
	return name_check_key(call->key, err);
}

static struct statement_subject
statement_subject(const struct request *req)
{
	const char *uri = request_variable(req, "REQUEST_URI"),
		   *authorization = request_header(req, "Authorization");

	return (struct statement_subject){
		.method = req->method_text,
		.uri = uri == NULL ? "" : uri,
		.key = req->call->key,
		.authorization = authorization == NULL ? "" : authorization,
	};
}

static bool
client_is_gone(const void *transport)
{
	return transport_is_gone(transport);
}

static bool
find_identity(struct request *req, const char *audience, bool session, struct error *err)
{
	const char *statement = req->is_head_only ? NULL
						  : request_variable(req, STATEMENT_VARIABLE);
	const struct statement_subject subject = statement_subject(req);
	const struct credentials credentials = {
		.authorization = request_header(req, "Authorization"),
		.audience = audience,
		.address = req->address,
		.request_id = req->id,
		.may_block = req->may_block,
		.session = session,
		.statement = statement,
		.statement_audience = statement != NULL ? statement_audience(req->arena, &subject)
							: NULL,
	};

	return identity_find(request_service(req)->authenticator, request_registry(req)->db,
	    &credentials, &req->call->identity, err);
}

bool
call_identify(
    struct request *req, int version, const char *audience, bool session, struct error *err)
{
	struct call *call = req->call;

	if (!find_identity(req, audience, session, err))
		return false;
	req->user = call->identity->name;
	call->scope = (struct request_scope){
		.registry = &call->registry,
		.key = call->key,
		.key_from_url = *call->prefix != '\0',
		.version = version,
		.principal = call->identity->principal,
		.actor = {
			.account = call->identity->principal.account,
			.name = call->identity->name,
			.request = req->id,
			.address = req->address,
		},
		.may_block = req->may_block,
		.client = { client_is_gone, req->transport },
	};
	return true;
}

bool
call_admit(struct request *req, struct error *err)
{
	const struct call *call = req->call;
	const struct statement_subject subject = statement_subject(req);
	const char *statement = statement_sign(
	    request_service(req)->authenticator, call->registry.db, &subject, call->identity, err);

	if (statement == NULL)
		return false;
	/* The web server turns this header into a variable of the request. */
	reply_header(req, "Variable-" STATEMENT_VARIABLE, statement);
	return reply_empty(req, 200);
}

bool
call_forget(struct request *req, const struct error *err)
{
	if (err->code != ERROR_PRINCIPAL_STALE || !req->call->identity->remembered)
		return false;
	identity_forget(request_service(req)->authenticator, request_header(req, "Authorization"),
	    req->address, req->arena);
	return true;
}
