/* Ask upstreams for a manifest (remote.h). */
#ifndef REGISTRY_REMOTE_MANIFEST_H
#define REGISTRY_REMOTE_MANIFEST_H

#include "db/manifest.h"
#include "registry/remote.h"

/*
 * Find a manifest. *row: the manifest found here, or NULL. It is kept if the upstreams have nothing
 * better, with answer->warning set if it is stale. A remote that stores nothing returns its answer
 * in *row too.
 */
bool remote_manifest(struct request_scope *, const char *name, const struct reference *,
    struct manifest_row **row, struct answer *, enum remote_end *, struct error *) MUST_CHECK;

#endif
