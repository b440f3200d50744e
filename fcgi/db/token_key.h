/*
 * Keys that sign bearer tokens, by kid. The newest signs, every key not retired verifies. A retired
 * key still verifies requests of upload sessions that are open; a revoked key verifies nothing.
 */
#ifndef DB_TOKEN_KEY_H
#define DB_TOKEN_KEY_H

#include "db/query.h"

struct token_key {
	const char *kid;
	unsigned char secret[32];
	bool retired;
};

/* All keys not revoked, those in force before those retired, newest first; makes the first one
 * (from 32 random bytes given by the caller) if there is none, safe from several nodes at once. */
bool db_token_keys(struct db *, const unsigned char fresh[32], struct token_key **, size_t *count,
    struct error *) MUST_CHECK;

#endif
