/*
 * Sign-in with user name and password (RFC 7617).
 *
 * A verified pair is cached in the process for at most 60 s (memory.h), with account and epoch,
 * which each request's SQL statement checks. For another address the password is not hashed again,
 * but the database is asked whether that address is locked out.
 */
#ifndef AUTH_BASIC_H
#define AUTH_BASIC_H

#include "auth/attempt.h"
#include "http/authorization.h"

/* An empty name with an empty password is anonymous. Errors: as identity_find(). */
bool basic_identify(const struct attempt *, const struct authorization *, struct identity *,
    struct error *) MUST_CHECK;
/* Remove a pair from the cache: for this address (NULL: unknown), and for others. */
void basic_forget(struct authenticator *, const struct authorization *, const char *address);

#endif
