/* IP addresses and networks as settings and headers write them. */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

struct ip {
	int bits; /* 32 or 128 */
	unsigned char bytes[16];
};

#define IP_TEXT_SIZE INET6_ADDRSTRLEN

/* "192.0.2.1" or "2001:db8::1". An IPv4 address mapped into IPv6 is the IPv4 address. */
bool ip_parse(const char *text, struct ip *) MUST_CHECK;
/* Write it in its usual form; returns the text. */
const char *ip_text(const struct ip *, char text[IP_TEXT_SIZE]) RETURNS_NONNULL;

/* Is every item of the list an address or a network ("10.0.0.0/8, ::1"; separated by commas or
 * blanks)? An empty list is. */
bool networks_check(const char *list);
/* Does a network of the list hold the address? A malformed item holds nothing. */
bool networks_hold(const char *list, const struct ip *);

#endif
