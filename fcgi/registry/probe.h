/*
 * Upstreams that gave no answer are asked for /v2/ beside the requests: before a remote is assumed
 * offline, a failure must be more than that of one path.
 */
#ifndef REGISTRY_PROBE_H
#define REGISTRY_PROBE_H

#include "base/attributes.h"
#include "db/remote.h"

/* For which a remote is under suspicion, unless its probe ends earlier. */
#define PROBE_SECONDS 10

struct probes;
struct relay;

struct probes *probes_open(struct relay *) RETURNS_NONNULL;
/* Stop the probes under way, and wait for their threads. */
void probes_close(struct probes *);

/* Probe the remote, and remember what comes of it; nothing if this process is doing so. */
void probe_start(struct probes *, const struct remote *);

#endif
