/* Scopes of the token endpoint: "repository:NAME:pull,push" (Docker token authentication
 * specification). */
#ifndef AUTH_SCOPE_H
#define AUTH_SCOPE_H

#include "auth/token.h"

/* One scope value may hold several, separated by blanks; NAME may itself hold ':' before a port.
 * Unknown actions are dropped, malformed entries skipped; "*" asks for all. At most 64. */
void scope_parse(struct arena *, const char *const *values, struct token_access **, size_t *count);

#endif
