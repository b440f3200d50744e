/* Identification by a token of ours: the client's, or the authorizer's statement (statement.h). */
#ifndef AUTH_BEARER_H
#define AUTH_BEARER_H

#include "auth/attempt.h"
#include "http/authorization.h"

/* Errors: as identity_find(). */
bool bearer_identify(
    const struct attempt *, const char *text, struct identity *, struct error *) MUST_CHECK;
/* Use the statement of the authorizer, which has verified these credentials when the head of the
 * request arrived. Without a statement *known is false, and they must be verified now. */
bool bearer_identify_by_statement(const struct attempt *, enum authorization_kind,
    struct identity *, bool *known, struct error *) MUST_CHECK;

#endif
