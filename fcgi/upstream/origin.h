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

/* May the upstream's credentials go to a token service there? Its own host, one of the same domain,
 * and the realm hosts may have them. */
bool origin_is_trusted(const struct upstream *, const char *url);

#endif
