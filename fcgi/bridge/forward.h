/* v1 images as schema 2 in the bridged repository. */
#ifndef BRIDGE_FORWARD_H
#define BRIDGE_FORWARD_H

#include "db/repository.h"
#include "registry/registry.h"

/* If the repository forwards its pushes: create a schema 2 image under this tag in the bridged
 * repository, with the pusher's rights there. The same image always gives the same manifest. */
bool bridge_forward(struct request_scope *, const struct target *, const char *name,
    const char *tag, const struct digest *id, struct error *) MUST_CHECK;

#endif
