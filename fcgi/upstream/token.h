/* Tokens that upstreams gave, kept until they expire. */
#ifndef UPSTREAM_TOKEN_H
#define UPSTREAM_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"

struct tokens;

struct tokens *tokens_open(void) RETURNS_NONNULL;
void tokens_close(struct tokens *);

/* The token kept under that key (arena), or NULL. */
const char *token_find(struct tokens *, struct arena *, const char *key);
void token_keep(struct tokens *, const char *key, const char *token, int64_t seconds);

/* Read a token service's answer: the token (arena) and for how long; NULL if it is none. */
const char *token_read(struct arena *, const char *json, size_t length, int64_t *seconds);

#endif
