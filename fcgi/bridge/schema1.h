/* Signed schema 1 for clients that read nothing newer (docker 1.6 to 1.9): generated from stored
 * schema 2 or OCI manifests, and accepted from pushes and upstreams. */
#ifndef BRIDGE_SCHEMA1_H
#define BRIDGE_SCHEMA1_H

#include "oci/schema1.h"
#include "registry/pull.h"

/*
 * Convert a manifest that was found by tag into a signed document with the name, as the client
 * wrote it, and the tag. Of an index, its image for linux/amd64 is used. If parts of a cached
 * manifest are missing, its upstream is asked. MANIFEST_UNKNOWN if such clients cannot have it;
 * they then try v1. *digest is that of the payload.
 */
bool bridge_schema1_make(struct registry *, const char *name, const char *written, const char *tag,
    const struct manifest_row *, struct bytes *document, struct digest *,
    struct error *) MUST_CHECK;

#endif
