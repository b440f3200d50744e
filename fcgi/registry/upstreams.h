/* The question to an upstream: a request whose outcome decides what the upstream is asked next. */
#ifndef REGISTRY_UPSTREAMS_H
#define REGISTRY_UPSTREAMS_H

#include "db/remote.h"
#include "upstream/client.h"

struct probes;

/* Connections to upstreams, and the probes of those that did not answer. */
struct upstreams {
	struct upstream_client *client; /* owned */
	struct probes *probes;          /* owned */
};

struct upstreams *upstreams_open(struct db_pool *, const struct config *) RETURNS_NONNULL;
/* May be NULL. No request may use it any more. */
void upstreams_close(struct upstreams *);

/*
 * Send a request, and record the state of the upstream. REFUSED: it refuses this name only, and
 * serves others. BARRED: it refuses our credentials or everything, or the refusal does not come
 * from a registry.
 */
enum upstream_result upstreams_ask(struct upstreams *, struct db *, const struct remote *,
    const struct upstream_call *, struct upstream_reply *) MUST_CHECK;

#endif
