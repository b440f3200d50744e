/*
 * Password hashes: yescrypt by crypt_r; $2y$ (htpasswd) is accepted. A hash costs 24 ms, so at most
 * as many run at once as there are cores, or as password_setup() says; the rest wait.
 */
#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

#include <stdbool.h>

#include "auth/hash_slot.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"

#define PASSWORD_MAX_LENGTH 511 /* what libxcrypt takes */

/* How many hashes may run at once in this process; before the first of them. */
void password_setup(unsigned slots);

#define PASSWORD_MIN_CHARACTERS 8

/* May the user of this name choose this password? BAD_REQUEST: too short, or the name itself. */
bool password_rules_check(const char *name, const char *password, struct error *) MUST_CHECK;
/* A new yescrypt hash with a random salt (arena). Refuses empty, over-long and non-UTF-8 passwords:
 * BAD_REQUEST. */
const char *password_hash(struct arena *, const char *password, struct error *);
/* Constant-time comparison. hash NULL (no such user, or token only): costs the same and is false.
 */
bool password_check(const char *password, const char *hash);
/*
 * The same in steps, for who must not wait, or may find while waiting that it need not hash. What
 * is checked in between belongs to the turn (hash_slot.h), which ends by hash_slot_release().
 */
enum turn password_hash_slot(const char *address, bool wait) MUST_CHECK;
bool password_turn_check(const char *password, const char *hash);

#endif
