/* One call of the REST interface: its client, and the format of errors. */
#ifndef REST_CALL_H
#define REST_CALL_H

#include "auth/identity.h"
#include "responder/responder.h"

struct rest_call {
	struct db *db;
	struct identity *identity;
	bool is_admin;
	struct actor actor;
	const struct route *route;
};

static inline struct rest_call *
request_call(const struct request *req)
{
	return req->call;
}

/* Identify the client and check that its account may use the route. */
bool call_authenticate(struct request *, struct rest_call *, struct error *) MUST_CHECK;

/* Replace the reply by {"errors": [{"status": ..., "message": ...}]}. */
void rest_error(struct request *, struct error *);

/* The body, checked to be a JSON object, as text (arena). */
bool call_document(struct request *, const char **json, struct error *) MUST_CHECK;
/* The {key} of the route. */
bool call_key(struct request *, const char **key, struct error *) MUST_CHECK;
/* The class as in lists: "LOCAL" for "local". */
const char *call_class(const char *rclass) RETURNS_NONNULL;

#endif
