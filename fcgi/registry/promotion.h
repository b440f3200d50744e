/* Promotion: copy or move images between local repositories. */
#ifndef REGISTRY_PROMOTION_H
#define REGISTRY_PROMOTION_H

#include "db/promotion.h"
#include "registry/registry.h"

/* BAD_REQUEST if a key is not that of a local repository, NAME_UNKNOWN if the image is missing,
 * DENIED. */
bool registry_promote(struct request_scope *, const struct promotion *, struct error *) MUST_CHECK;

#endif
