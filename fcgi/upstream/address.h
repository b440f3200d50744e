/* Which addresses an upstream may have (server-side request forgery). */
#ifndef UPSTREAM_ADDRESS_H
#define UPSTREAM_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Is it an address of the public internet: not loopback, private, link-local, shared, reserved or
 * multicast, neither itself nor the IPv4 address it carries? Other families are not. */
bool address_is_public(const struct sockaddr *);

/* May it be connected to: a public one, or one of the networks ("10.1.0.0/16 fd00::/8"; "": any
 * address; NULL: public ones only)? */
bool address_is_allowed(const struct sockaddr *, const char *networks);
/* The same of a host as a URL has it, where somebody else resolves names: addresses, and names that
 * mean loopback (RFC 6761); other names are. */
bool address_host_is_allowed(const char *host, const char *networks);

#endif
