/*
 * One call of the v2 API: its repository key, its client, and the access that its route needs.
 *
 * URL forms: the root of the vhost (key in the vhost's STOWAGE_V2_REPOSITORY);
 * /artifactory/api/docker/KEY/v2/…; and, if the vhost sets STOWAGE_PATH_METHOD, /v2/KEY/NAME/…,
 * whose clients take KEY/NAME for the name.
 *
 * ?ns=HOST, as containerd sends it to a mirror, selects one of the remote repositories behind the
 * key: the host is looked up, never connected to.
 */
#ifndef V2_CALL_H
#define V2_CALL_H

#include <jansson.h>

#include "auth/identity.h"
#include "registry/registry.h"
#include "responder/responder.h"

struct v2_call {
	const char *prefix; /* precedes /v2 in this URL form: "" or "/artifactory/api/docker/KEY" */
	const char *key;    /* repository key; "" when the vhost has none */
	const char *service; /* audience of tokens: the key, or that of the vhost */
	const char *mount;   /* precedes names as the client writes them: "" or "KEY/" */
	const char *path;    /* from /v2 on */
	const struct route *route;
	struct identity *identity;
	struct registry registry;
	json_t *detail; /* of the error; consumed by v2_error() */
};

/* Determine key and path; false: the URL has neither form (NOT_FOUND). */
bool call_open(struct request *, struct v2_call *, struct error *) MUST_CHECK;
/* Authenticate, and check the scope of the token against the route. Nothing of the body has been
 * read. */
bool call_authenticate(struct request *, struct v2_call *, struct db *, struct error *) MUST_CHECK;

static inline struct v2_call *
request_call(const struct request *req)
{
	return req->call;
}

static inline struct registry *
request_registry(const struct request *req)
{
	return &request_call(req)->registry;
}

/* Is the call for an upload session? */
bool call_has_session(const struct v2_call *);
/* "PREFIX/v2/NAME" as the client writes it. */
const char *call_image_path(const struct request *, const char *name);
/* The {name} of the route, checked: NAME_INVALID. */
bool call_name(struct request *, const char **name, struct error *) MUST_CHECK;
/* The {digest}, checked: DIGEST_INVALID. */
bool call_digest(struct request *, struct digest *, struct error *) MUST_CHECK;
/* Set the Warning header of a stale answer and, with X-Stowage-Trace: 1, the repository that served
 * it. */
void call_trace(struct request *);
/* Is it "registry:catalog"? */
bool call_is_catalog(const struct token_access *);
/* Does the token of this call grant `action` under `name`? Always true without a token: then the
 * statement decides. */
bool call_token_grants(const struct v2_call *, const char *name, enum action action);

#endif
