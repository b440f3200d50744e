/* Client address, scheme and host of a request as they were before any proxy: from the web server's
 * variables, or from X-Forwarded-* headers if the peer is a trusted proxy. */
#ifndef HTTP_PEER_H
#define HTTP_PEER_H

struct request;

/* Set the request's address, scheme and host. trusted_proxies: a list as for networks_hold(), or
 * NULL. */
void peer_read(struct request *, const char *trusted_proxies);

#endif
