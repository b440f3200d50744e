/* Errors as the v2 API shows them (OCI Distribution Specification 1.1, "Error Codes"). */
#ifndef V2_ERRORS_H
#define V2_ERRORS_H

#include "v2/call.h"

/*
 * Replace whatever the reply held by the error. With UNAUTHORIZED goes the challenge: realm,
 * service, and the scope the route needs. Where no repository answers at this key, the whole API is
 * absent: plain 404 without the version header, so that a client that knows v1 tries that.
 */
void v2_error(struct request *, struct v2_call *, struct db *, struct error *);

#endif
