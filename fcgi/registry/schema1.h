/* Signed schema 1, for and of clients that read nothing newer (docker 1.6 to 1.9): made of what is
 * stored as schema 2 or OCI; and taken, from pushes and upstreams. */
#ifndef REGISTRY_SCHEMA1_H
#define REGISTRY_SCHEMA1_H

#include "oci/schema1.h"
#include "registry/pull.h"

/*
 * A manifest found by tag, as a signed document with the name as the client wrote it, and the tag;
 * of an index its image for linux/amd64. Of a cached one what is missing for it is asked of its
 * upstream. MANIFEST_UNKNOWN when those clients cannot have it: they go on to v1 then. *digest is
 * the payload's.
 */
bool registry_schema1_make(struct registry *, const char *name, const char *written,
    const char *tag, const struct manifest_row *, struct bytes *document, struct digest *,
    struct error *) MUST_CHECK;

/* Is a document of that type, NULL: none was told, schema 1? */
bool registry_schema1_is(const char *content_type, struct bytes document);
/* Verify a signed document, and say which layers it names and what its digest is, that of what is
 * signed. Name and tag in it may be others: images get copied. */
bool registry_schema1_read(struct arena *, struct bytes document, struct manifest **,
    struct digest *, struct error *) MUST_CHECK;

#endif
