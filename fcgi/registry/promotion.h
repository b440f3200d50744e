/* Promotion: images copied or moved between local repositories. */
#ifndef REGISTRY_PROMOTION_H
#define REGISTRY_PROMOTION_H

#include "db/promotion.h"
#include "registry/registry.h"

/* BAD_REQUEST where a key is no local repository, NAME_UNKNOWN for what is not there, DENIED. */
bool registry_promote(struct registry *, const struct promotion *, struct error *) MUST_CHECK;

#endif
