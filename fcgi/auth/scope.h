/* Scopes of the token endpoint: "repository:NAME:pull,push" (Docker token authentication
 * specification). */
#ifndef AUTH_SCOPE_H
#define AUTH_SCOPE_H

#include "auth/token.h"

/*
 * One scope value may hold several, separated by blanks; NAME may itself hold ':' before a port.
 * The class in "repository(plugin):NAME:pull" is dropped, as are unknown actions; "*" asks for all;
 * malformed entries are skipped. If more is asked for than a token can hold, the result is one
 * entry for every name with all actions that were asked for, beside "registry:catalog".
 */
void scope_parse(struct arena *, const char *const *values, struct token_access **, size_t *count);

#endif
