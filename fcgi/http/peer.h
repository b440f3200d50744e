/* Client address, scheme and host of a request as they were before any proxy: from the web server's
 * variables, or from X-Forwarded-* headers if the peer is a trusted proxy. */
#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include "base/arena.h"

struct transport;

struct peer {
	const char *address; /* IP address; NULL: unknown */
	const char *scheme;  /* "http" or "https", as the client used it */
	const char *host;    /* Host as the client sent it, with port if given; syntax checked */
};

/* trusted_proxies: a list as for networks_hold(), or NULL. */
void peer_read(
    struct peer *, const struct transport *, struct arena *, const char *trusted_proxies);

#endif
