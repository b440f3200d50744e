/* One attempt to identify a client. */
#ifndef AUTH_ATTEMPT_H
#define AUTH_ATTEMPT_H

#include "auth/authenticator.h"
#include "auth/credentials.h"
#include "db/account.h"

struct attempt {
	struct authenticator *authenticator;
	struct db *db;
	const struct credentials *given;
	const char *address; /* "" if unknown */
	struct actor actor;  /* as far as known; for the audit row of a failure */
};

/* Refuse with the same error for every cause; only audit and log record the cause. Returns false.
 */
bool attempt_refuse(const struct attempt *, int account, const char *name, const char *cause,
    struct error *) MUST_CHECK;

#endif
