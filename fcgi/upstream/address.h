/* Which addresses an upstream may have (server-side request forgery). */
#ifndef UPSTREAM_ADDRESS_H
#define UPSTREAM_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Is it an address of the public internet: not loopback, private, link-local, shared, reserved or
 * multicast, neither itself nor the IPv4 address it carries? Other families are not. */
bool address_is_public(const struct sockaddr *);

#endif
