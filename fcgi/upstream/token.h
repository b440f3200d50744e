/* Tokens from upstreams, cached until they expire. */
#ifndef UPSTREAM_TOKEN_H
#define UPSTREAM_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"

struct tokens;

struct tokens *tokens_open(void) RETURNS_NONNULL;
void tokens_close(struct tokens *);

/* The token cached under this key (arena), or NULL. */
const char *token_find(struct tokens *, struct arena *, const char *key);
/* Nothing is kept if memory runs out. */
void token_keep(struct tokens *, const char *key, const char *token, int64_t seconds);

/* Parse the response of a token service: the token (arena) and its lifetime; NULL if malformed. */
const char *token_read(struct arena *, const char *json, size_t length, int64_t *seconds);

#endif
