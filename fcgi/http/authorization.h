/* The Authorization header (RFC 9110, 11.6.2): Basic (RFC 7617) and Bearer (RFC 6750). */
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
	const char *token;           /* Bearer */
};

/* header NULL: NONE. Unknown scheme, broken base64, NUL or control characters, longer than 16 KiB:
 * BAD. */
void authorization_parse(struct arena *, const char *header, struct authorization *);

#endif
