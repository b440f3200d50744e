#include "responder/endpoint.h"

#include <stdatomic.h>
#include <string.h>

#include "auth/statement.h"
#include "base/log.h"
#include "oci/name.h"
#include "responder/responder.h"

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
endpoint_open(
    struct request *req, const char *variable, struct endpoint *endpoint, struct error *err)
{
	const char *key = request_variable(req, variable), *path = req->path, *start, *end;

	*endpoint = (struct endpoint){ .prefix = "", .key = key == NULL ? "" : key, .path = path };
	if (strncmp(path, ARTIFACTORY, strlen(ARTIFACTORY)) != 0) {
		if (*endpoint->key == '\0' &&
		    (strncmp(path, "/v1/", 4) == 0 || strncmp(path, "/v2/", 4) == 0))
			warn_unset(req, variable);
		return true;
	}
	start = path + strlen(ARTIFACTORY);
	if ((end = strchr(start, '/')) == NULL)
		return error_set(err, ERROR_NOT_FOUND, NULL);
	endpoint->key = arena_strndup(req->arena, start, (size_t)(end - start));
	endpoint->prefix = arena_strndup(req->arena, path, (size_t)(end - path));
	endpoint->path = end;
	return repository_key_check(endpoint->key, err);
}

static struct statement_subject
statement_subject(const struct request *req, const char *key)
{
	const char *uri = request_variable(req, "REQUEST_URI"),
		   *authorization = request_header(req, "Authorization");

	return (struct statement_subject){
		.method = req->method_text,
		.uri = uri == NULL ? "" : uri,
		.key = key,
		.authorization = authorization == NULL ? "" : authorization,
	};
}

static bool
client_is_gone(const void *transport)
{
	return transport_is_gone(transport);
}

bool
endpoint_identify(struct request *req, struct db *db, int version, const char *key,
    const char *audience, bool session, struct identity **identity, struct registry *registry,
    struct error *err)
{
	struct service *service = request_service(req);
	const char *statement = req->is_head_only ? NULL
						  : request_variable(req, STATEMENT_VARIABLE);
	const struct statement_subject subject = statement_subject(req, key);
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

	if (!identity_find(service->authenticator, db, &credentials, identity, err))
		return false;
	req->user = (*identity)->name;
	*registry = (struct registry){
		.db = db,
		.store = service->store,
		.relay = service->relay,
		.may_block = req->may_block,
		.upload_sessions = service->config->http_upload_sessions,
		.client = { client_is_gone, req->transport },
		.key = key,
		.version = version,
		.principal = (*identity)->principal,
		.actor = {
			.account = (*identity)->principal.account,
			.name = (*identity)->name,
			.request = req->id,
			.address = req->address,
		},
	};
	return true;
}

bool
endpoint_admit(struct request *req, struct db *db, const char *key, const struct identity *identity,
    struct error *err)
{
	const struct statement_subject subject = statement_subject(req, key);
	const char *statement = statement_sign(
	    request_service(req)->authenticator, db, &subject, identity, err);

	if (statement == NULL)
		return false;
	/* The web server turns this header into a variable of the request. */
	reply_header(req, "Variable-" STATEMENT_VARIABLE, statement);
	return reply_empty(req, 200);
}

bool
endpoint_forget(
    struct request *req, const struct registry *registry, const struct identity *identity)
{
	if (!registry->principal_stale || !identity->remembered)
		return false;
	identity_forget(request_service(req)->authenticator, request_header(req, "Authorization"),
	    req->address, req->arena);
	return true;
}
