/*
 * One call of the v1 API: which repository key it is for, who makes it, and which name it is about.
 *
 * URL forms: the vhost's root (key in the vhost's STOWAGE_V1_REPOSITORY), and
 * /artifactory/api/docker/KEY/v1/…
 *
 * URLs of images say no name. Clients hold a token for one, which they were given when they began;
 * with a password an image is looked for wherever the account may read, and none can be pushed.
 */
#ifndef V1_CALL_H
#define V1_CALL_H

#include "auth/identity.h"
#include "registry/v1.h"
#include "responder/responder.h"

struct v1_call {
	const char *key; /* repository key; "" when the vhost has none */
	bool key_from_url;
	const char *path; /* from /v1 on */
	const struct route *route;
	struct identity *identity;
	struct registry registry;
	const char *name; /* canonical: "library/N" for "N"; NULL: the call is about none */
};

/* Work out key and path; false: the URL is of neither form (NOT_FOUND). */
bool call_open(struct request *, struct v1_call *, struct error *) MUST_CHECK;
/* Authenticate, find the name, and hold a token against both. Nothing of the body has been read. */
bool call_authenticate(struct request *, struct v1_call *, struct db *, struct error *) MUST_CHECK;

/* May the body of this push come, by what its head says? */
bool call_admit(struct v1_call *, struct error *) MUST_CHECK;

static inline struct v1_call *
request_call(const struct request *req)
{
	return req->call;
}

static inline struct registry *
request_registry(const struct request *req)
{
	return &request_call(req)->registry;
}

/* The {id} of the route; NOT_FOUND for what is none. */
bool call_id(struct request *, struct digest *, struct error *) MUST_CHECK;
/* For who goes on with images: X-Docker-Endpoints, and X-Docker-Token if it asked for one. */
bool call_reply_endpoint(struct request *, struct error *) MUST_CHECK;

#endif
