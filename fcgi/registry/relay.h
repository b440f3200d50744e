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
	struct single_flights *flights;
	struct fetches *fetches;
	struct probes *probes;
};

/* fetches: at most so many blobs at once. */
struct relay *relay_open(
    struct db_pool *, struct store *, const struct config *, size_t fetches) RETURNS_NONNULL;
/* NULL is fine; no request uses it any more. Fetches under way are left to other processes. */
void relay_close(struct relay *);

/* The settings of a remote as the upstream layer wants them; they borrow from the remote. */
struct upstream relay_upstream(const struct remote *);
/*
 * Ask, and remember how the upstream is. REFUSED: it refuses just this name, although it serves us.
 * BARRED: it refuses our credentials or everything, or the refusal is not a registry's.
 */
enum upstream_result relay_ask(struct relay *, struct db *, const struct remote *,
    const struct upstream_call *, struct upstream_reply *) MUST_CHECK;
/* It serves us no more, as a greeting has just shown: it is not asked for a while. */
void relay_back_off(
    struct db *, const struct remote *, enum upstream_result, const struct upstream_reply *);
/* The error of a result other than DONE, ABSENT and STOPPED, in full: its message is for the log.
 * Returns false. */
bool relay_error(
    const struct remote *, enum upstream_result, const struct upstream_reply *, struct error *);
/* The same as clients may know it: unreachable, timed out, TLS, refused or rate limited. */
const char *relay_word(enum error_code) RETURNS_NONNULL;

#endif
