/* State that a process keeps for remote repositories: connections to upstreams, single flights and
 * running fetches. Correctness does not depend on it. */
#ifndef REGISTRY_UPSTREAM_CONTEXT_H
#define REGISTRY_UPSTREAM_CONTEXT_H

#include <stddef.h>

#include "base/attributes.h"

struct config;
struct db_pool;
struct store;

struct upstream_context {
	struct upstreams *upstreams;
	struct single_flights *flights;
	struct fetches *fetches;
};

/* fetches: maximum of blobs fetched at once. */
struct upstream_context *upstream_context_open(
    struct db_pool *, struct store *, const struct config *, size_t fetches) RETURNS_NONNULL;
/* May be NULL. No request may use it any more; running fetches are left to other processes. */
void upstream_context_close(struct upstream_context *);

#endif
