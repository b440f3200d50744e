/*
 * Keys that sign bearer tokens, by kid. The newest key signs; every key that is not retired
 * verifies. A retired key still verifies requests of open upload sessions; a revoked key verifies
 * nothing.
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

/*
 * All keys that are not revoked: active ones before retired ones, newest first. Without one, the
 * first is created from `fresh` (random bytes from the caller); safe from several nodes at once.
 */
bool db_token_keys(struct db *, const unsigned char fresh[TOKEN_KEY_BYTES], struct token_key **,
    size_t *count, struct error *) MUST_CHECK;
/*
 * Add a key that starts to sign in three seconds, when every process knows it. Tokens of the
 * previous key remain valid, older keys are retired. With revoke, only the new key is valid, and
 * every bearer token becomes invalid. Audited.
 */
bool db_token_key_rotate(struct db *, const unsigned char fresh[TOKEN_KEY_BYTES], bool revoke,
    const struct actor *, struct error *) MUST_CHECK;

#endif
