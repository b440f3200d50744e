/*
 * What a call of a registry's API begins with: which repository key it is about, and who makes it.
 *
 * URL forms: the vhost's root, with the key in a variable of the vhost, and
 * /artifactory/api/docker/KEY/…
 */
#ifndef RESPONDER_ENDPOINT_H
#define RESPONDER_ENDPOINT_H

#include "auth/identity.h"
#include "http/request.h"
#include "registry/registry.h"

struct endpoint {
	const char *prefix; /* what stands before the API's own path: "" or
			       "/artifactory/api/docker/KEY" */
	const char *key;    /* repository key; "" when the vhost has none */
	const char *path;   /* the API's own */
};

/* false: a URL of neither form (NOT_FOUND), or no key (BAD_REQUEST). */
bool endpoint_open(
    struct request *, const char *variable, struct endpoint *, struct error *) MUST_CHECK;
/* Who it is, by the Authorization header; `audience` is what a token must be for. The registry is
 * ready for them at `key`, for this version of the API. session: the call is for an open upload
 * session, which is looked up next; a token that has expired is enough for that. */
bool endpoint_identify(struct request *, struct db *, int version, const char *key,
    const char *audience, bool session, struct identity **, struct registry *,
    struct error *) MUST_CHECK;
/* Answer the authorizer's question: the body may come, with a statement to the responder of whom
 * it lets in at `key`. */
bool endpoint_admit(struct request *, struct db *, const char *key, const struct identity *,
    struct error *) MUST_CHECK;
/* The remembered password was good for an account that has changed since: forget it. true: the call
 * is worth making again, once. */
bool endpoint_forget(struct request *, const struct registry *, const struct identity *);

#endif
