/* Restrict the addresses of upstreams (server-side request forgery). */
#ifndef UPSTREAM_ADDRESS_H
#define UPSTREAM_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * True for an address of the public internet, and for one in `networks` ("10.1.0.0/16 fd00::/8";
 * "": any address; NULL: public ones only). Public: neither the address nor an embedded IPv4
 * address is loopback, private, link-local, shared, reserved or multicast. Addresses of other
 * families are not public.
 */
bool address_is_allowed(const struct sockaddr *, const char *networks);
/* The same for the host of a URL, if somebody else (a proxy) resolves names: checks addresses, and
 * names that mean loopback (RFC 6761); other names are allowed. */
bool address_host_is_allowed(const char *host, const char *networks);

#endif
