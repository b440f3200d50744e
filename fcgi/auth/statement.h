/*
 * The statement of the FastCGI authorizer. The web server calls the authorizer when the head of a
 * request has arrived, receives the body, and passes the statement to the responder in
 * STOWAGE_STATEMENT. So credentials that were valid at the start are valid for that request,
 * however long its body takes.
 *
 * It is a token of ours (token.h): account, epoch, scope and time are its claims, and its audience
 * is a digest of the request. It is not accepted as a bearer token, because a repository key cannot
 * contain a colon.
 */
#ifndef AUTH_STATEMENT_H
#define AUTH_STATEMENT_H

#include "auth/identity.h"

#define STATEMENT_VARIABLE "STOWAGE_STATEMENT"

/* The request that a statement is about. */
struct statement_subject {
	const char *method;
	const char *uri;           /* REQUEST_URI as the client wrote it */
	const char *key;           /* repository key */
	const char *authorization; /* the header */
};

/* The audience of statements about this request (arena). */
const char *statement_audience(struct arena *, const struct statement_subject *);
/* Sign a statement that this identity made the request; NULL on failure. */
const char *statement_sign(struct authenticator *, struct db *, const struct statement_subject *,
    const struct identity *, struct error *);

#endif
