/*
 * Password hashes: yescrypt by crypt_r; $2y$ (htpasswd) is accepted. A hash costs 24 ms, so at most
 * as many run at once as there are cores; the rest wait.
 */
#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

#define PASSWORD_MAX_LENGTH 511 /* what libxcrypt takes */

/* A new yescrypt hash with a random salt (arena). Refuses empty, over-long and non-UTF-8 passwords:
 * BAD_REQUEST. */
const char *password_hash(struct arena *, const char *password, struct error *);
/* Constant-time comparison. hash NULL (no such user, or token only): costs the same and is false.
 */
bool password_check(const char *password, const char *hash);

#endif
