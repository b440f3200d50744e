/* State that a process keeps for remote repositories: connections to upstreams, single flights and
 * running fetches. Correctness does not depend on it. */
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
	struct single_flights *flights;
	struct fetches *fetches;
	struct probes *probes;
};

/* fetches: maximum of blobs fetched at once. */
struct relay *relay_open(
    struct db_pool *, struct store *, const struct config *, size_t fetches) RETURNS_NONNULL;
/* May be NULL. No request may use it any more; running fetches are left to other processes. */
void relay_close(struct relay *);

/* The settings of a remote as the upstream layer takes them; strings are borrowed from the
 * remote. */
struct upstream relay_upstream(const struct remote *);
/*
 * Send a request, and record the state of the upstream. REFUSED: it refuses this name only, and
 * serves others. BARRED: it refuses our credentials or everything, or the refusal does not come
 * from a registry.
 */
enum upstream_result relay_ask(struct relay *, struct db *, const struct remote *,
    const struct upstream_call *, struct upstream_reply *) MUST_CHECK;
/* Back off: /v2/ has just shown that the upstream no longer serves us. */
void relay_back_off(
    struct db *, const struct remote *, enum upstream_result, const struct upstream_reply *);
/* The full error of a result other than DONE, ABSENT and STOPPED; its message is for the log.
 * Returns false. */
bool relay_error(
    const struct remote *, enum upstream_result, const struct upstream_reply *, struct error *);
/* The reason that clients get: unreachable, timed out, TLS, refused or rate limited. */
const char *relay_word(enum error_code) RETURNS_NONNULL;

#endif
