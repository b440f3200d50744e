/*
 * Identity of the client: authenticate the Authorization header and return a principal.
 *
 * A verified Basic credential is cached in the process for at most 60 s (memory.h), with account
 * and epoch, which each request's SQL statement checks. For another address the password is not
 * hashed again, but the database is asked whether that address is locked out.
 */
#ifndef AUTH_IDENTITY_H
#define AUTH_IDENTITY_H

#include "auth/token.h"
#include "base/config.h"
#include "db/access_decision.h"
#include "db/account.h"

struct identity {
	struct principal principal; /* account 0: anonymous */
	const char *name;           /* "" for anonymous */
	bool remembered; /* from the cache: if the SQL statement finds the principal invalid, forget
			    it and authenticate again */
	const struct token *token; /* NULL unless Bearer: limits the permitted actions */
};

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

struct authenticator; /* per process: cached credentials, token keys */

/* takes_tokens false: every token is refused, and keys are not loaded. */
struct authenticator *authenticator_open(
    struct db *, const struct config *, bool takes_tokens, struct error *) MUST_CHECK;
void authenticator_close(struct authenticator *);

/*
 * UNAUTHORIZED (the same for all causes), with an audit row: wrong password; unknown, disabled or
 * locked account; bad token. UNAVAILABLE: the database is unavailable. WOULD_BLOCK: it would have
 * to wait for a slot to hash a password, and may_block is false.
 */
bool identity_find(struct authenticator *, struct db *, const struct credentials *,
    struct identity **, struct error *) MUST_CHECK;
/* Remove a credential from the cache (its epoch has changed). */
void identity_forget(
    struct authenticator *, const char *header, const char *address, struct arena *);
/* Sign a token with the newest key, valid for `seconds`, or if 0, as configured. Sets expires_at
 * and issued_at. */
const char *identity_token(
    struct authenticator *, struct db *, struct token *, int64_t seconds, struct error *);

#endif
