/* State of a process that identifies clients: the passwords it remembers, and the keys of tokens.
 */
#ifndef AUTH_AUTHENTICATOR_H
#define AUTH_AUTHENTICATOR_H

#include "auth/key_ring.h"
#include "auth/memory.h"
#include "base/config.h"

/* The members are private to auth/. */
struct authenticator {
	const struct config *config; /* borrowed */
	struct memory *good;         /* owned: passwords that were right */
	struct memory *wrong;        /* owned: a pair found here is not hashed again */
	bool takes_tokens;
	struct key_ring *keys; /* owned */
};

/* takes_tokens false: every token is refused, and keys are not loaded. */
struct authenticator *authenticator_open(
    struct db *, const struct config *, bool takes_tokens, struct error *) MUST_CHECK;
void authenticator_close(struct authenticator *); /* NULL is fine */

#endif
