/*
 * Turns for work that takes a core: so many at once, the rest wait. Networks take turns, however
 * many requests each of them makes, and a network may have only some waiting.
 */
#ifndef AUTH_HASH_SLOT_H
#define AUTH_HASH_SLOT_H

#include <stdbool.h>

#include "base/attributes.h"

enum turn {
	HASH_SLOT_ACQUIRED,    /* until hash_slot_release() */
	HASH_SLOT_WOULD_BLOCK, /* there is none free, and `wait` was not set */
	HASH_SLOT_BUSY         /* too many are waiting already, of this network or altogether */
};

/* How many turns there are; before the first of them. */
void hash_slots_setup(unsigned slots);
/* address: of the client; IPv6 counts by its first 64 bits. "": unknown. */
enum turn hash_slot_acquire(const char *address, bool wait) MUST_CHECK;
void hash_slot_release(void);

#endif
