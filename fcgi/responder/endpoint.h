/*
 * The common beginning of every registry API call: find the repository key and identify the client.
 *
 * URL forms: the root of the vhost, with the key in a variable of the vhost, and
 * /artifactory/api/docker/KEY/…
 */
#ifndef RESPONDER_ENDPOINT_H
#define RESPONDER_ENDPOINT_H

#include "auth/identity.h"
#include "http/request.h"
#include "registry/registry.h"

struct endpoint {
	const char *prefix; /* precedes the API's own path: "" or "/artifactory/api/docker/KEY" */
	const char *key;    /* repository key; "" when the vhost has none */
	const char *path;   /* the API's own path */
};

/* false: the URL has neither form (NOT_FOUND), or the key is missing (BAD_REQUEST). */
bool endpoint_open(
    struct request *, const char *variable, struct endpoint *, struct error *) MUST_CHECK;
/*
 * Identify the client by the Authorization header, and prepare the registry for it at `key` and
 * this version of the API; `audience` is required of tokens. session: the call is for an open
 * upload session, which is looked up next; an expired token suffices for that.
 */
bool endpoint_identify(struct request *, struct db *, int version, const char *key,
    const char *audience, bool session, struct identity **, struct registry *,
    struct error *) MUST_CHECK;
/* Answer the web server's authorizer request: the body may be sent, with a statement for the
 * responder that names the client admitted at `key`. */
bool endpoint_admit(struct request *, struct db *, const char *key, const struct identity *,
    struct error *) MUST_CHECK;
/* Forget a remembered password of an account that has changed since. true: the call should be
 * repeated once. */
bool endpoint_forget(struct request *, const struct registry *, const struct identity *);

#endif
