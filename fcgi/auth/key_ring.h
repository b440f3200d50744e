/*
 * The keys of tokens as last loaded from the database. A new, retired or revoked key is noticed
 * after a second, and an unknown one when a token is signed with it.
 */
#ifndef AUTH_KEY_RING_H
#define AUTH_KEY_RING_H

#include "auth/token.h"
#include "base/attributes.h"
#include "db/pool.h"

struct key_ring; /* thread-safe */

/* An empty ring: the keys are loaded when they are needed. */
struct key_ring *key_ring_open(void) RETURNS_NONNULL;
void key_ring_close(struct key_ring *); /* NULL is fine */

/* Load the keys if that is due. A thread that finds another one loading uses the present keys. */
bool key_ring_refresh(struct key_ring *, struct db *, struct error *) MUST_CHECK;
/* Verify a token. *token (arena) is NULL if it is invalid, *reason says why then; false: the
 * database is unavailable. */
bool key_ring_verify(struct key_ring *, struct db *, const char *text, const char *audience,
    struct token **, struct error *reason, struct error *) MUST_CHECK;
/* Sign a token with the newest key, valid for `seconds` (arena); sets expires_at and issued_at.
 * NULL: the database is unavailable. */
const char *key_ring_sign(
    struct key_ring *, struct db *, struct token *, int64_t seconds, struct error *);

#endif
