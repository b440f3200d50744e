/*
 * The Authorization header (RFC 9110, 11.6.2): Basic (RFC 7617), Bearer (RFC 6750), and Token as
 * clients of the v1 API send it: `Token signature=TOKEN,repository="NAME",access=ACCESS`, where the
 * word Token may be repeated. Only the signature is read: it contains the rest.
 */
#ifndef HTTP_AUTHORIZATION_H
#define HTTP_AUTHORIZATION_H

#include <stdbool.h>

#include "base/arena.h"

enum authorization_kind {
	AUTHORIZATION_NONE,
	AUTHORIZATION_BASIC,
	AUTHORIZATION_BEARER,
	AUTHORIZATION_BAD
};

struct authorization {
	enum authorization_kind kind;
	const char *user, *password; /* Basic */
	const char *token;           /* Bearer, Token */
};

/* NONE if header is NULL or a Token without parameters. BAD: unknown scheme, malformed base64, NUL
 * or control characters, more than 16 KiB. */
void authorization_parse(struct arena *, const char *header, struct authorization *);

#endif
