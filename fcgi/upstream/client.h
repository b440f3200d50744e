/*
 * Client of another registry over HTTPS: one call at a time, through libcurl, which is used in this
 * directory only.
 *
 * Credentials are sent to the upstream's own host and to the token services that
 * origin_is_trusted() accepts, over the scheme of its URL, and nowhere else; redirects to another
 * origin are followed without them (any_host_auth lifts both). Private, link-local and loopback
 * addresses are refused after the name was resolved, unless the remote allows them: if it has a
 * list of networks, those are allowed for every host; else all are allowed for its own host and its
 * realm hosts, but not for others (redirects, layers that are stored elsewhere). A proxy resolves
 * names itself, so behind one the addresses in URLs are checked instead. Proxies of the environment
 * are not used. Only http (if the remote's URL is http) and https are used; a redirect or a realm
 * never leads from https to http.
 */
#ifndef UPSTREAM_CLIENT_H
#define UPSTREAM_CLIENT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/config.h"
#include "upstream/upstream.h"

/* One per process; thread-safe. Connections are kept open for a while. */
struct upstream_client;
/* proxies and certificates: those of the settings that an egress may name; borrowed. */
struct upstream_client *upstream_client_open(
    const struct config_named *proxies, const struct config_named *certificates) RETURNS_NONNULL;
void upstream_client_close(struct upstream_client *); /* NULL is fine; requires that no call runs */

/* Make a call. Everything that the reply points to is in the arena. A body with a Content-Encoding
 * is FAILED, because its digest would not match. */
enum upstream_result upstream_ask(struct upstream_client *, struct arena *, const struct upstream *,
    const struct upstream_call *, struct upstream_reply *) MUST_CHECK;

/*
 * Request /v2/, with credentials. DONE: the registry serves us, even if it refuses some names.
 * REFUSED: it refuses the credentials, or everything. Of the call, answer_ms, tick and context are
 * used.
 */
enum upstream_result upstream_greet(struct upstream_client *, struct arena *,
    const struct upstream *, const struct upstream_call *, struct upstream_reply *) MUST_CHECK;
/* True if a recent upstream_greet() succeeded. */
bool upstream_is_good(struct upstream_client *, struct arena *, const struct upstream *) MUST_CHECK;

#endif
