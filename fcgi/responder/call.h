/*
 * One call of an API: the repository key its URL or vhost names, its client, and the scope of what
 * that client asks.
 *
 * URL forms: the root of the vhost, with the key in a variable of the vhost, and
 * /artifactory/api/docker/KEY/…
 */
#ifndef RESPONDER_CALL_H
#define RESPONDER_CALL_H

#include "auth/identity.h"
#include "http/request.h"
#include "http/router.h"
#include "registry/registry.h"

/* request.call points at it. An API may keep more about a call in a struct that begins with this
 * one. */
struct call {
	const char *prefix; /* precedes the API's own path: "" or "/artifactory/api/docker/KEY" */
	const char *key;    /* repository key, or "" */
	const char *path;   /* the API's own path */
	const struct route *route;
	struct identity *identity; /* NULL: the client is not identified (yet) */
	struct registry registry;
	struct request_scope scope; /* zero until the client is identified */
};

static inline const struct registry *
request_registry(const struct request *req)
{
	return &req->call->registry;
}

static inline struct request_scope *
request_scope(const struct request *req)
{
	return &req->call->scope;
}

/* Determine prefix, key and path. variable: of the vhost, contains the key. false: the URL has
 * neither form (NOT_FOUND), or the key is invalid (BAD_REQUEST). */
bool call_open(struct request *, const char *variable, struct error *) MUST_CHECK;
/*
 * Identify the client by the Authorization header, and set the scope of its request at the key and
 * this version of the API; `audience` is required of tokens. session: the call is for an open
 * upload session, which is looked up next; an expired token suffices for that.
 */
bool call_identify(
    struct request *, int version, const char *audience, bool session, struct error *) MUST_CHECK;
/* Answer the web server's authorizer request: the body may be sent, with a statement for the
 * responder that names the client. */
bool call_admit(struct request *, struct error *) MUST_CHECK;
/* If the call failed because the account has changed since its password was remembered, forget
 * that. true: the call should be repeated once. */
bool call_forget(struct request *, const struct error *);

#endif
