/* v1 projections of manifests: the chosen image of an index, and its layers as v1 images. */
#ifndef BRIDGE_PROJECTION_H
#define BRIDGE_PROJECTION_H

#include "db/manifest.h"
#include "db/v1_projection.h"
#include "registry/answer.h"
#include "registry/registry.h"

/* Compute the v1 projection of a manifest, and store it. A manifest without one is not an error. */
bool projection_make(const struct registry *, int64_t manifest, struct error *) MUST_CHECK;
/* The same for a manifest that was found under this name but is not fully cached: its upstream is
 * asked for all that the projection needs, but not for layers, and nothing is stored. */
bool projection_fetch(struct request_scope *, const char *name, const struct manifest_row *,
    struct v1_projection_image **, size_t *count, struct answer *, struct error *) MUST_CHECK;

#endif
