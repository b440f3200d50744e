/* Errors in the format of the v2 API (OCI Distribution Specification 1.1, "Error Codes"). */
#ifndef V2_ERRORS_H
#define V2_ERRORS_H

#include "http/request.h"

/*
 * Replace the reply by the error. UNAUTHORIZED includes the challenge: realm, service, and the
 * scope the route needs. If this key has no repository, the whole API is absent: plain 404 without
 * the version header, so that a client that knows v1 tries that.
 */
void v2_error(struct request *, struct error *);

#endif
