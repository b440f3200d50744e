/* Resolution: which resolved member of a repository serves an image, and why. */
#ifndef REGISTRY_RESOLUTION_H
#define REGISTRY_RESOLUTION_H

#include "oci/reference.h"
#include "registry/registry.h"

/*
 * Describe, as JSON text (sql/functions/report.sql), which resolved member serves this name and
 * reference to a user, and why others do not. user NULL: the principal. The text lives in the
 * arena.
 *
 * UNAUTHORIZED or DENIED: the principal is not an administrator. NOT_FOUND: no such repository or
 * user.
 */
bool registry_resolution_describe(const struct request_scope *, const char *key, const char *name,
    const struct reference *, const char *user, const char **json, struct error *) MUST_CHECK;

#endif
