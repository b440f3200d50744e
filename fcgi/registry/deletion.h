/* Deleting names: tags and manifests, and links to blobs. Content is garbage collected later, when
 * no row refers to it. */
#ifndef REGISTRY_DELETION_H
#define REGISTRY_DELETION_H

#include "db/manifest.h"
#include "oci/reference.h"
#include "registry/registry.h"

/*
 * Delete a tag, or a manifest by digest with all its tags. MANIFEST_UNKNOWN when absent; DENIED
 * without the right; MANIFEST_REFERENCED when an index needs the manifest that a tag of the image
 * points to: *holder says which.
 */
bool registry_manifest_delete(struct request_scope *, const char *name, const struct reference *,
    struct manifest_holder *holder, struct error *) MUST_CHECK;
/* BLOB_UNKNOWN when absent; UNSUPPORTED when a manifest of the image needs it. */
bool registry_blob_delete(
    struct request_scope *, const char *name, const struct digest *, struct error *) MUST_CHECK;

#endif
