/* Signed schema 1 for clients that read nothing newer (docker 1.6 to 1.9): generated from stored
 * schema 2 or OCI manifests. */
#ifndef BRIDGE_SCHEMA1_H
#define BRIDGE_SCHEMA1_H

#include "oci/schema1.h"
#include "registry/pull.h"

/*
 * Convert a manifest that was found by tag into a signed document. The caller sets schema1->name,
 * as the client wrote it, and schema1->tag; schema1->digest is then that of the payload. Of an
 * index, its image for linux/amd64 is used. If parts of a cached manifest are missing, its upstream
 * is asked. MANIFEST_UNKNOWN if such clients cannot have it; they then try v1.
 */
bool bridge_schema1_make(struct request_scope *, const char *name, const struct manifest_row *,
    struct schema1 *, struct bytes *document, struct answer *, struct error *) MUST_CHECK;

#endif
