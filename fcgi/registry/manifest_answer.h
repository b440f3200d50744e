/* The manifest that an upstream answered with: verified, then stored. */
#ifndef REGISTRY_MANIFEST_ANSWER_H
#define REGISTRY_MANIFEST_ANSWER_H

#include "db/manifest.h"
#include "db/remote.h"
#include "registry/registry.h"
#include "upstream/client.h"

/*
 * Verify the answer, and store it; for a remote that stores nothing, return it in *row.
 * UPSTREAM_FAILED: it is not what was asked for, or not what the remote accepts.
 */
bool manifest_answer_accept(struct request_scope *, const struct remote *, const struct reference *,
    const struct upstream_reply *, struct manifest_row **row, struct error *) MUST_CHECK;

#endif
