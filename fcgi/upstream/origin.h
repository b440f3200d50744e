/* Where a URL leads, and whether credentials may go there. */
#ifndef UPSTREAM_ORIGIN_H
#define UPSTREAM_ORIGIN_H

#include <stdbool.h>

#include "upstream/client.h"

/* Scheme, host and port of a URL (RFC 6454). */
struct origin {
	char scheme[8];
	char host[256]; /* lower case */
	char port[8];
};

/* false: it is no http or https URL, or holds a user name. */
bool origin_read(const char *url, struct origin *) MUST_CHECK;
bool origin_equal(const struct origin *, const struct origin *);

/* `reference` as seen from `base`, absolute (arena); NULL if it is none or leads from https to
 * http. */
const char *origin_resolve(struct arena *, const char *base, const char *reference);

/* May the upstream's credentials go to a token service there? To its own origin, its realm hosts,
 * the token service of a registry that is known to have it elsewhere, and another host of the same
 * registrable domain, unless customers of a cloud share that domain (shared_domains.inc). */
bool origin_is_trusted(const struct upstream *, const char *url);

/* Is it the host of the upstream, whatever the port, or one of its realm hosts? */
bool origin_is_named(const struct upstream *, const char *url);

#endif
