/* Signed schema 1 for clients that read nothing newer (docker 1.6 to 1.9), made of what is stored
 * as schema 2 or OCI. */
#ifndef REGISTRY_SCHEMA1_H
#define REGISTRY_SCHEMA1_H

#include "oci/schema1.h"
#include "registry/pull.h"

/*
 * A manifest found by tag, as a signed document under the name and tag the client asked for; of an
 * index its image for linux/amd64. MANIFEST_UNKNOWN when those clients cannot have it: they go on
 * to v1 then. *digest is the payload's.
 */
bool registry_schema1_make(struct registry *, const char *name, const char *tag,
    const struct manifest_row *, struct bytes *document, struct digest *,
    struct error *) MUST_CHECK;

#endif
