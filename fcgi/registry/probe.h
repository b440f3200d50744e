/* An upstream that did not answer is probed with a request for /v2/, separately from client
 * requests: a failure for one image name does not make a remote assumed offline. */
#ifndef REGISTRY_PROBE_H
#define REGISTRY_PROBE_H

#include "base/attributes.h"
#include "db/remote.h"

/* How long a remote stays suspect, unless its probe ends earlier. */
#define PROBE_SECONDS 10

struct probes;
struct upstream_client;

struct probes *probes_open(struct db_pool *, struct upstream_client *) RETURNS_NONNULL;
/* Stop the running probes, and wait for their threads. */
void probes_close(struct probes *);

/* Probe the remote, and record the result. Does nothing if this process is already probing it. */
void probe_start(struct probes *, const struct remote *);

#endif
