/* Deleting: what a name shows. Content itself is collected later, when nothing refers to it. */
#ifndef REGISTRY_DELETION_H
#define REGISTRY_DELETION_H

#include "db/manifest.h"
#include "oci/reference.h"
#include "registry/registry.h"

/*
 * A tag, or a digest with all tags on it. MANIFEST_UNKNOWN when absent, DENIED without the right;
 * MANIFEST_REFERENCED when an index needs the digest that a tag of the image leads to: *holder says
 * which.
 */
bool registry_manifest_delete(struct registry *, const char *name, const struct reference *,
    struct manifest_holder *holder, struct error *) MUST_CHECK;
/* BLOB_UNKNOWN when absent; UNSUPPORTED when a manifest of the name needs it. */
bool registry_blob_delete(
    struct registry *, const char *name, const struct digest *, struct error *) MUST_CHECK;

#endif
