/* What a registry wants to see: WWW-Authenticate (RFC 9110, 11.6.1; Docker token specification). */
#ifndef UPSTREAM_CHALLENGE_H
#define UPSTREAM_CHALLENGE_H

#include <stdbool.h>

#include "base/arena.h"

struct challenge {
	bool basic;
	const char *realm;   /* of the first Bearer challenge that names one; NULL: none */
	const char *service; /* NULL: not told */
};

/* Add what one header line says; lines of other schemes or broken ones add nothing. */
void challenge_parse(struct arena *, const char *header, struct challenge *);

#endif
