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

#include "bridge/v1_pull.h"
#include "bridge/v1_push.h"
#include "http/reply.h"
#include "responder/call.h"
#include "responder/service.h"

struct v1_call {
	struct call call;
	const char *name; /* canonical: "library/N" for "N"; NULL if the call has none */
};

static inline struct v1_call *
v1_call(const struct request *req)
{
	return (struct v1_call *)req->call;
}

/* The functions of v1_api (responder/api.h). v1_call_authenticate() finds the name, and checks it
 * and the route against the token. */
bool v1_call_open(struct request *, struct error *) MUST_CHECK;
bool v1_call_authenticate(struct request *, struct error *) MUST_CHECK;
bool v1_call_admit(struct request *, struct error *) MUST_CHECK;

/* The {id} of the route; NOT_FOUND if it is not an id. */
bool v1_call_id(struct request *, struct digest *, struct error *) MUST_CHECK;
/* The push target of the call's name. DENIED if the principal may not do the action there. */
bool v1_call_target(struct request *, int action, struct target *, struct error *) MUST_CHECK;
/* Only check that the principal may do the action under the call's name. */
bool v1_call_may(struct request *, int action, struct error *) MUST_CHECK;
/* Reply 200 with this JSON text; returns true. */
bool v1_call_reply(struct request *, const char *json);
/* For clients that continue with images: X-Docker-Endpoints, and X-Docker-Token if requested. */
bool v1_call_endpoint(struct request *, struct error *) MUST_CHECK;

#endif
