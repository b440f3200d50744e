/* Scopes of the token endpoint: "repository:NAME:pull,push" (Docker token authentication
 * specification). */
#ifndef AUTH_SCOPE_H
#define AUTH_SCOPE_H

#include "auth/token.h"

/*
 * Parse scope values. One value may contain several scopes, separated by blanks; NAME may contain
 * ':' before a port. The class in "repository(plugin):NAME:pull" and unknown actions are dropped;
 * "*" requests all actions; malformed entries are skipped. If the scopes do not fit in a token, the
 * result is one entry for all names with all requested actions, and one for "registry:catalog".
 */
void scope_parse(struct arena *, const char *const *values, struct token_access **, size_t *count);

#endif
