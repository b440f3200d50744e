/* One call of the REST interface: who makes it, and how errors look to its clients. */
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

/* Who asks, as the account stands now, and may they use the route? */
bool call_authenticate(struct request *, struct rest_call *, struct error *) MUST_CHECK;

/* Replace whatever the reply held by {"errors": [{"status": ..., "message": ...}]}. */
void rest_error(struct request *, struct error *);

/* The body as a JSON object, checked and as text (arena). */
bool call_document(struct request *, const char **json, struct error *) MUST_CHECK;
/* The {key} of the route. */
bool call_key(struct request *, const char **key, struct error *) MUST_CHECK;
/* A class as lists name it: "LOCAL" of "local". */
const char *call_class(const char *rclass) RETURNS_NONNULL;

#endif
