/*
 * What a process keeps for remote repositories: connections to upstreams, the questions and the
 * fetches under way. Nothing of it is needed for correctness.
 */
#ifndef REGISTRY_RELAY_H
#define REGISTRY_RELAY_H

#include "db/pool.h"
#include "db/remote.h"
#include "store/store.h"
#include "upstream/client.h"

struct relay {
	struct db_pool *pool; /* borrowed */
	struct store *store;  /* borrowed */
	struct upstream_client *client;
	struct flights *flights;
	struct fetches *fetches;
};

/* fetches: at most so many blobs at once. */
struct relay *relay_open(
    struct db_pool *, struct store *, const struct config *, size_t fetches) RETURNS_NONNULL;
/* NULL is fine; no request uses it any more. Fetches under way are left to other processes. */
void relay_close(struct relay *);

/* The settings of a remote as the upstream layer wants them; they borrow from the remote. */
struct upstream relay_upstream(const struct remote *);
/* Ask, and remember how the upstream is: its limits, and that it failed. */
enum upstream_result relay_ask(struct relay *, struct db *, const struct remote *,
    const struct upstream_call *, struct upstream_reply *) MUST_CHECK;
/* The error that tells a client of a result other than DONE, ABSENT and STOPPED. Returns false. */
bool relay_error(
    const struct remote *, enum upstream_result, const struct upstream_reply *, struct error *);

#endif
