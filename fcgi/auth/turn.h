/*
 * Turns for work that takes a core: so many at once, the rest wait. Networks take turns, however
 * many requests each of them makes, and a network may have only some waiting.
 */
#ifndef AUTH_TURN_H
#define AUTH_TURN_H

#include <stdbool.h>

#include "base/attributes.h"

enum turn {
	TURN_TAKEN, /* until turn_end() */
	TURN_WAIT,  /* there is none free, and `wait` was not set */
	TURN_BUSY   /* too many are waiting already, of this network or altogether */
};

/* How many turns there are; before the first of them. */
void turn_setup(unsigned slots);
/* address: of the client; IPv6 counts by its first 64 bits. "": unknown. */
enum turn turn_take(const char *address, bool wait) MUST_CHECK;
void turn_end(void);

#endif
