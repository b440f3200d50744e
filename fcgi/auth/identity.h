/* Identity of the client: authenticate the Authorization header and return a principal. */
#ifndef AUTH_IDENTITY_H
#define AUTH_IDENTITY_H

#include "auth/authenticator.h"
#include "auth/credentials.h"

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
