/*
 * What a process remembers of sign-ins by password for a short time, as a cache only. Names and
 * passwords stand in no entry: it is found by HMAC(process key, name, password, address).
 */
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
	char name[MEMORY_NAME_MAX + 1]; /* as the account spells it */
};

struct memory; /* threads may share it */

struct memory *memory_open(void) RETURNS_NONNULL;
void memory_close(struct memory *); /* NULL is fine */

/* address: "" for a credential wherever it comes from. */
void memory_key(const struct memory *, const char *name, const char *password, const char *address,
    struct memory_key *);
/* A copy of the entry; false if there is none, or its time is over. */
bool memory_find(struct memory *, const struct memory_key *, struct memory_entry *) MUST_CHECK;
/* Keep an entry for some time; another one may have to make room. */
void memory_put(
    struct memory *, const struct memory_key *, const struct memory_entry *, int64_t life_ms);
void memory_drop(struct memory *, const struct memory_key *);
/* Is there an entry that was put, or for which this was true, `pause_ms` ago or earlier? */
bool memory_is_due(struct memory *, const struct memory_key *, int64_t pause_ms) MUST_CHECK;

#endif
