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

#include "http/reply.h"
#include "registry/answer.h"
#include "responder/call.h"
#include "responder/service.h"

struct v2_call {
	struct call call;
	const char *service;  /* audience of tokens: the key, or that of the vhost */
	const char *mount;    /* precedes names as the client writes them: "" or "KEY/" */
	json_t *detail;       /* of the error; consumed by v2_error() */
	struct answer answer; /* of a pull; sent as headers, or with its error */
};

static inline struct v2_call *
v2_call(const struct request *req)
{
	return (struct v2_call *)req->call;
}

/* Functions of v2_api (responder/api.h). v2_call_authenticate() checks the scope of the token
 * against the route. */
bool v2_call_open(struct request *, struct error *) MUST_CHECK;
bool v2_call_authenticate(struct request *, struct error *) MUST_CHECK;

/* Is the call for an upload session? */
bool v2_call_has_session(const struct request *);
/* "PREFIX/v2/NAME" as the client writes it. */
const char *v2_call_image_path(const struct request *, const char *name);
/* The {name} of the route, checked: NAME_INVALID. */
bool v2_call_name(struct request *, const char **name, struct error *) MUST_CHECK;
/* The {digest}, checked: DIGEST_INVALID. */
bool v2_call_digest(struct request *, struct digest *, struct error *) MUST_CHECK;
/* Set the Warning header of a stale answer and, with X-Stowage-Trace: 1, the repository that served
 * it. */
void v2_call_trace(struct request *);
/* Is it "registry:catalog"? */
bool v2_call_is_catalog(const struct token_access *);
/* Does the token of this call grant `action` under `name`? Always true without a token: then the
 * statement decides. */
bool v2_call_token_grants(const struct request *, const char *name, enum action action);

#endif
