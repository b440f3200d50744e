/*
 * One call of the v1 API: its repository key, its client, and the image name it is about.
 *
 * URL forms: the root of the vhost (key in the vhost's STOWAGE_V1_REPOSITORY), and
 * /artifactory/api/docker/KEY/v1/…
 *
 * URLs of images do not contain a name. Clients hold a token for one name, which they got when they
 * began; with a password an image is looked up in everything the account may read, and cannot be
 * pushed.
 */
#ifndef V1_CALL_H
#define V1_CALL_H

#include "auth/identity.h"
#include "bridge/v1_pull.h"
#include "bridge/v1_push.h"
#include "responder/responder.h"

struct v1_call {
	const char *key; /* repository key; "" when the vhost has none */
	bool key_from_url;
	const char *path; /* from /v1 on */
	const struct route *route;
	struct identity *identity;
	struct registry registry;
	const char *name; /* canonical: "library/N" for "N"; NULL if the call has none */
};

/* Determine key and path; false: the URL has neither form (NOT_FOUND). */
bool call_open(struct request *, struct v1_call *, struct error *) MUST_CHECK;
/* Authenticate, find the name, and check both against the token. Nothing of the body has been
 * read. */
bool call_authenticate(struct request *, struct v1_call *, struct db *, struct error *) MUST_CHECK;

/* May the body of this push be sent, according to its header? */
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

/* The {id} of the route; NOT_FOUND if it is not an id. */
bool call_id(struct request *, struct digest *, struct error *) MUST_CHECK;
/* For clients that continue with images: X-Docker-Endpoints, and X-Docker-Token if requested. */
bool call_reply_endpoint(struct request *, struct error *) MUST_CHECK;

#endif
