/* Common code of the REST handlers: authentication, errors, the body, the key. */
#ifndef REST_CALL_H
#define REST_CALL_H

#include "http/reply.h"
#include "responder/call.h"
#include "responder/service.h"

/* Functions of rest_api (responder/api.h). */
bool rest_call_authenticate(struct request *, struct error *) MUST_CHECK;
/* Replace the reply by {"errors": [{"status": ..., "message": ...}]}. */
void rest_error(struct request *, struct error *);

/* The body, checked to be a JSON object, as text (arena). */
bool rest_document(struct request *, const char **json, struct error *) MUST_CHECK;
/* The {key} of the route. */
bool rest_key(struct request *, const char **key, struct error *) MUST_CHECK;
/* The class as in lists: "LOCAL" for "local". */
const char *rest_class(const char *rclass) RETURNS_NONNULL;

#endif
