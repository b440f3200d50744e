/* The origin of a URL, and whether credentials may be sent to it. */
#ifndef UPSTREAM_ORIGIN_H
#define UPSTREAM_ORIGIN_H

#include <stdbool.h>

#include "base/arena.h"
#include "upstream/upstream.h"

/* Scheme, host and port of a URL (RFC 6454). */
struct origin {
	char scheme[8];
	char host[256]; /* lower case */
	char port[8];
};

/* false if it is not an http or https URL, or contains a user name. */
bool origin_read(const char *url, struct origin *) MUST_CHECK;
bool origin_equal(const struct origin *, const struct origin *);

/* Resolve `reference` against `base` (arena); NULL if it is invalid, or leads from https to http.
 */
const char *origin_resolve(struct arena *, const char *base, const char *reference);

/*
 * True if the upstream's credentials may be sent to a token service at this URL: at its own origin,
 * at a realm host, at the known token service of a registry that has it elsewhere, and at another
 * host of the same registrable domain, unless customers of a cloud share that domain
 * (shared_domains.inc).
 */
bool origin_is_trusted(const struct upstream *, const char *url);

/* True for the host of the upstream, with any port, and for its realm hosts. */
bool origin_is_named(const struct upstream *, const char *url);

#endif
