/*
 * The statement of the FastCGI authorizer: the web server asks it when the head of a request has
 * arrived, takes the body, and hands the statement to the responder in STOWAGE_STATEMENT. So
 * credentials that were good then are good for that request, whatever time its body takes.
 *
 * It is a token of ours (token.h): account, epoch, scope and time are its claims, and its audience
 * is a digest of the request. No repository key holds a colon, so it is no good as a bearer token.
 */
#ifndef AUTH_STATEMENT_H
#define AUTH_STATEMENT_H

#include "auth/identity.h"

#define STATEMENT_VARIABLE "STOWAGE_STATEMENT"

/* The request that a statement is for. */
struct statement_subject {
	const char *method;
	const char *uri;           /* REQUEST_URI as the client wrote it */
	const char *key;           /* repository key */
	const char *authorization; /* the header */
};

/* The audience of statements for this request (arena). */
const char *statement_audience(struct arena *, const struct statement_subject *);
/* A statement that the identity made the request; NULL on failure. */
const char *statement_sign(struct authenticator *, struct db *, const struct statement_subject *,
    const struct identity *, struct error *);

#endif
