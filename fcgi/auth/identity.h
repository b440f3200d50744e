/*
 * Who is asking: the Authorization header turned into a viewer.
 *
 * A verified Basic credential is remembered in the process for at most 60 s under HMAC(process key,
 * name, password), as a cache only: it gives account and epoch, and each request's statement checks
 * them.
 */
#ifndef AUTH_IDENTITY_H
#define AUTH_IDENTITY_H

#include "auth/token.h"
#include "base/config.h"
#include "db/account.h"
#include "db/standing.h"

struct identity {
	struct viewer viewer; /* account 0: anonymous */
	const char *name;     /* "" for anonymous */
	bool remembered; /* from the cache: if the statement says viewer_valid false, forget and
			    prove again */
	const struct token *token; /* NULL unless Bearer: limits what may be done */
};

struct authenticator; /* per process: remembered credentials, token keys */

struct authenticator *authenticator_open(
    struct db *, const struct config *, struct error *) MUST_CHECK;
void authenticator_close(struct authenticator *);

/*
 * Header NULL: anonymous. Wrong password, unknown, disabled or locked account, bad token:
 * UNAUTHORIZED (all alike), audited; the database away: UNAVAILABLE. audience is what a token must
 * be for. Where it may not wait for its turn to hash a password: WAIT.
 */
bool identity_find(struct authenticator *, struct db *, const char *header, const char *audience,
    const char *address, const char *request_id, bool may_wait, struct identity **,
    struct error *) MUST_CHECK;
/* Drop a remembered credential (its epoch has passed). */
void identity_forget(struct authenticator *, const char *header, struct arena *);
/* Sign a token with the newest key, good for so many seconds; 0: as configured. expires_at and
 * issued_at are filled in. */
const char *identity_token(
    struct authenticator *, struct db *, struct token *, int64_t seconds, struct error *);

#endif
