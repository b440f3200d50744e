/*
 * One call of the v2 API: which repository key it is for, who makes it, and what its route asks
 * for.
 *
 * URL forms: the vhost's root (key in the vhost's STOWAGE_V2_REPOSITORY);
 * /artifactory/api/docker/KEY/v2/…; and, where the vhost sets STOWAGE_PATH_METHOD, /v2/KEY/NAME/…,
 * whose clients take KEY/NAME for the name.
 *
 * ?ns=HOST, as containerd sends it to a mirror, chooses among the remotes behind the key: it is
 * looked up, never connected to.
 */
#ifndef V2_CALL_H
#define V2_CALL_H

#include <jansson.h>

#include "auth/identity.h"
#include "registry/registry.h"
#include "responder/responder.h"

struct v2_call {
	const char *prefix;  /* what stands before /v2 in this URL form: "" or
				"/artifactory/api/docker/KEY" */
	const char *key;     /* repository key; "" when the vhost has none */
	const char *service; /* for whom tokens are: the key, or that of the vhost */
	const char *mount;   /* what stands before names in the client's eyes: "" or "KEY/" */
	const char *path;    /* from /v2 on */
	const struct route *route;
	struct identity *identity;
	struct registry registry;
	json_t *detail; /* of the error to come; borrowed by the writer */
};

/* Work out key and path; false: the URL is of neither form (NOT_FOUND). */
bool call_open(struct request *, struct v2_call *, struct error *) MUST_CHECK;
/* Authenticate, and hold a token's scope against the route. Nothing of the body has been read. */
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

/* Is the call about an upload session? */
bool call_has_session(const struct v2_call *);
/* "PREFIX/v2/NAME" as the client sees it. */
const char *call_image_path(const struct request *, const char *name);
/* The {name} of the route, checked: NAME_INVALID. */
bool call_name(struct request *, const char **name, struct error *) MUST_CHECK;
/* The {digest}, checked: DIGEST_INVALID. */
bool call_digest(struct request *, struct digest *, struct error *) MUST_CHECK;
/* What is to be told of where the answer came from: that it may be out of date, and, with
 * X-Stowage-Trace: 1, which repository gave it. */
void call_trace(struct request *);
/* Is it "registry:catalog"? */
bool call_is_catalog(const struct token_access *);
/* May this call's token `action` under `name`? Always true without a token: then the statement
 * decides. */
bool call_token_grants(const struct v2_call *, const char *name, enum action action);

#endif
