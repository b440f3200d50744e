/* The credentials of a request, and the identity that they prove. */
#ifndef AUTH_CREDENTIALS_H
#define AUTH_CREDENTIALS_H

#include "auth/token.h"
#include "db/access_decision.h"

/* The credentials of one request, and its origin. */
struct credentials {
	const char *authorization; /* the header; NULL: anonymous */
	const char *audience;      /* required audience of a token; unused if tokens are refused */
	const char *address, *request_id;
	const char *statement;          /* of the authorizer; NULL: it was not called */
	const char *statement_audience; /* audience of the statements for this request */
	bool may_block;                 /* for a slot to hash a password */
	bool session; /* for an open upload session: an expired token is accepted */
};

struct identity {
	struct principal principal; /* account 0: anonymous */
	const char *name;           /* "" for anonymous */
	bool remembered; /* from the cache: if the SQL statement finds the principal invalid, forget
			    it and authenticate again */
	const struct token *token; /* NULL unless Bearer: limits the permitted actions */
};

#endif
