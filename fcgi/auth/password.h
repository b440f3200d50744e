/*
 * Password hashes: yescrypt through crypt_r; $2y$ (htpasswd) is accepted. A hash costs 24 ms, so
 * the number of simultaneous hashes is limited to the number of cores, or by password_setup();
 * further ones wait.
 */
#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

#include <stdbool.h>

#include "auth/hash_slot.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"

#define PASSWORD_MAX_LENGTH 511 /* limit of libxcrypt */

/* Set how many hashes may run at once in this process; call it before the first one. */
void password_setup(unsigned slots);

#define PASSWORD_MIN_CHARACTERS 8

/* BAD_REQUEST if the password is too short, or equal to the user name. */
bool password_rules_check(const char *name, const char *password, struct error *) MUST_CHECK;
/* Make a yescrypt hash with a random salt (arena). BAD_REQUEST: the password is empty, too long, or
 * not UTF-8. */
const char *password_hash(struct arena *, const char *password, struct error *);
/* Compare in constant time. hash NULL (no such user, or token only): takes the same time and is
 * not good. false: nothing is known, since memory ran out (UNAVAILABLE) or too many wait for a hash
 * (TOOMANYREQUESTS). */
bool password_check(const char *password, const char *hash, bool *good, struct error *) MUST_CHECK;
/* The same in steps, for a caller that must not wait, or may find while waiting that no hash is
 * needed. password_compare() runs between password_hash_slot() and hash_slot_release()
 * (hash_slot.h). */
enum hash_slot password_hash_slot(const char *address, bool wait) MUST_CHECK;
/* In a slot. false: memory ran out (UNAVAILABLE). */
bool password_compare(
    const char *password, const char *hash, bool *good, struct error *) MUST_CHECK;

#endif
