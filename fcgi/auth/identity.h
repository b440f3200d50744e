/*
 * Who is asking: the Authorization header turned into a principal.
 *
 * A verified Basic credential is remembered in the process for at most 60 s (memory.h): it gives
 * account and epoch, and each request's statement checks them. From another address the password
 * need not be hashed again, but the database is asked whether that address is held back.
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
	bool remembered; /* from the cache: if the statement says viewer_valid false, forget and
			    prove again */
	const struct token *token; /* NULL unless Bearer: limits what may be done */
};

/* The credentials of one request, and where it comes from. */
struct credentials {
	const char *authorization; /* the header; NULL: anonymous */
	const char *audience;      /* what a token must be for; unused if no tokens are taken */
	const char *address, *request_id;
	const char *statement;          /* of the authorizer; NULL: it was not asked */
	const char *statement_audience; /* of the statements for this request */
	bool may_block;                 /* for a turn to hash a password */
	bool session; /* the request is for an open upload session: a token may have expired */
};

struct authenticator; /* per process: remembered credentials, token keys */

/* takes_tokens false: every token is refused, and no keys are loaded. */
struct authenticator *authenticator_open(
    struct db *, const struct config *, bool takes_tokens, struct error *) MUST_CHECK;
void authenticator_close(struct authenticator *);

/*
 * Wrong password, unknown, disabled or locked account, bad token: UNAUTHORIZED (all alike),
 * audited; the database away: UNAVAILABLE. Where it may not wait for its turn to hash a password:
 * WAIT.
 */
bool identity_find(struct authenticator *, struct db *, const struct credentials *,
    struct identity **, struct error *) MUST_CHECK;
/* Drop a credential remembered for an address (its epoch has passed). */
void identity_forget(
    struct authenticator *, const char *header, const char *address, struct arena *);
/* Sign a token with the newest key, good for so many seconds; 0: as configured. expires_at and
 * issued_at are filled in. */
const char *identity_token(
    struct authenticator *, struct db *, struct token *, int64_t seconds, struct error *);

#endif
