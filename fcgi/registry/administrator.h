/* Administrators: the accounts that may configure repositories and see everything in them. */
#ifndef REGISTRY_ADMINISTRATOR_H
#define REGISTRY_ADMINISTRATOR_H

#include "registry/registry.h"

/* For requests without a repository: require that the principal is not stale (PRINCIPAL_STALE),
 * and find out whether it is an administrator (principal.is_admin). */
bool registry_admit_account(struct request_scope *, struct error *) MUST_CHECK;
/* Require an administrator, as found above: UNAUTHORIZED for anonymous clients, DENIED for
 * others. */
bool registry_admit_administrator(const struct request_scope *, struct error *) MUST_CHECK;

#endif
