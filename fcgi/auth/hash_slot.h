/*
 * Slots for work that keeps a core busy: a limited number at once, further threads wait. Slots are
 * granted to networks in rotation, no matter how many requests each of them makes, and the number
 * of waiting requests per network is limited.
 */
#ifndef AUTH_HASH_SLOT_H
#define AUTH_HASH_SLOT_H

#include <stdbool.h>

#include "base/attributes.h"

enum hash_slot {
	HASH_SLOT_ACQUIRED,    /* until hash_slot_release() */
	HASH_SLOT_WOULD_BLOCK, /* no slot is free, and `wait` is false */
	HASH_SLOT_BUSY         /* too many are waiting, of this network or in total */
};

/* Set the number of slots; call it before the first is acquired. */
void hash_slots_setup(unsigned slots);
/* address: of the client; of IPv6 addresses the first 64 bits count. "": unknown. */
enum hash_slot hash_slot_acquire(const char *address, bool wait) MUST_CHECK;
void hash_slot_release(void);

#endif
