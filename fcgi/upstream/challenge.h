/* Challenges of a registry: WWW-Authenticate (RFC 9110, 11.6.1; Docker token specification). */
#ifndef UPSTREAM_CHALLENGE_H
#define UPSTREAM_CHALLENGE_H

#include <stdbool.h>

#include "base/arena.h"

struct challenge {
	bool basic;
	const char *realm;   /* of the first Bearer challenge with a realm; NULL: not found */
	const char *service; /* NULL: absent */
};

/* Add the challenges of one header line; lines of other schemes, or malformed ones, add nothing. */
void challenge_parse(struct arena *, const char *header, struct challenge *);

#endif
