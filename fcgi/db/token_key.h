/*
 * Keys that sign bearer tokens, by kid. The newest signs, every key not retired verifies. A retired
 * key still verifies requests of upload sessions that are open; a revoked key verifies nothing.
 */
#ifndef DB_TOKEN_KEY_H
#define DB_TOKEN_KEY_H

#include "db/access_decision.h"
#include "db/query.h"

#define TOKEN_KEY_BYTES 32

struct token_key {
	const char *kid;
	unsigned char secret[TOKEN_KEY_BYTES];
	bool retired;
};

/* All keys not revoked, those in force before those retired, newest first; makes the first one
 * (from random bytes given by the caller) if there is none, safe from several nodes at once. */
bool db_token_keys(struct db *, const unsigned char fresh[TOKEN_KEY_BYTES], struct token_key **,
    size_t *count, struct error *) MUST_CHECK;
/* Let a new key sign, three seconds from now, when every process knows it. Tokens of the key before
 * stay good, older keys retire; with revoke no key but the new one counts, and every bearer token
 * is void. Audited. */
bool db_token_key_rotate(struct db *, const unsigned char fresh[TOKEN_KEY_BYTES], bool revoke,
    const struct actor *, struct error *) MUST_CHECK;

#endif
