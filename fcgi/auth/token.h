/*
 * Bearer tokens that we issue: JWT, HS256 only, key by kid (RFC 7519, 7515; Docker token
 * authentication specification). Any other algorithm, a key in the header (jwk, jku, x5c, x5u),
 * `crit`, or more than 8 KiB is refused before the rest is decoded. Claims: iss, aud (the vhost's
 * service), sub, uid (account id), epoch, access, iat, nbf, exp, jti.
 */
#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "db/token_key.h"

#define TOKEN_MAX_LENGTH 8192
#define TOKEN_ISSUER "stowage"
#define TOKEN_LEEWAY 60 /* seconds that two clocks may differ */

/* Maximum size of the access entries as JSON, so that a token does not exceed the limit for reading
 * it. */
#define TOKEN_ACCESS_MAX 4096

struct token_access {
	const char *type, *name;
	bool pull, push, del;
	bool all;      /* "*", of a type whose actions are unnamed: registry */
	bool any_name; /* every resource of the type; name is "*" */
};

struct token {
	const char *audience, *subject; /* subject "" for anonymous */
	int account, epoch;
	struct token_access *access;
	size_t access_count;
	int64_t issued_at, expires_at;
	bool expired; /* set by token_verify(): exp has passed, or the key is retired */
};

/* True if the entries fit in a token. */
bool token_access_fits(const struct token_access *, size_t count);
/* The signed compact form (arena). The caller has checked that the access entries fit. */
const char *token_issue(struct arena *, const struct token_key *, const struct token *);
/* Verify signature, issuer and audience (never empty); UNAUTHORIZED if one is wrong, with the
 * reason in the cause. An expired token is returned with `expired` set: the caller decides. */
bool token_verify(struct arena *, const struct token_key *, size_t key_count, const char *text,
    const char *audience, struct token **, struct error *) MUST_CHECK;

#endif
