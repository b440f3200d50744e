/* A short-lived cache of sign-ins by password, per process. Entries contain neither the given name
 * nor the password: the key is HMAC(process key, name, password, address). */
#ifndef AUTH_MEMORY_H
#define AUTH_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "db/access_decision.h"

#define MEMORY_NAME_MAX 255

struct memory_key {
	unsigned char mac[32];
};

struct memory_entry {
	struct principal principal;
	char name[MEMORY_NAME_MAX + 1]; /* as stored in the account */
};

struct memory; /* thread-safe */

struct memory *memory_open(void) RETURNS_NONNULL;
void memory_close(struct memory *); /* NULL is fine */

/* address "": the entry for a credential from any address. */
void memory_key(const struct memory *, const char *name, const char *password, const char *address,
    struct memory_key *);
/* Copy the entry; false if it is missing or expired. */
bool memory_find(struct memory *, const struct memory_key *, struct memory_entry *) MUST_CHECK;
/* Store an entry for life_ms; another entry may be evicted. */
void memory_put(
    struct memory *, const struct memory_key *, const struct memory_entry *, int64_t life_ms);
void memory_drop(struct memory *, const struct memory_key *);
/* True if the entry exists, and was stored, or last found due, at least `pause_ms` ago. */
bool memory_is_due(struct memory *, const struct memory_key *, int64_t pause_ms) MUST_CHECK;

#endif
