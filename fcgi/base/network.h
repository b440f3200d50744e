/* IP addresses and networks as they are written in settings and headers. */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/attributes.h"

struct ip {
	int bits; /* 32 or 128 */
	unsigned char bytes[16];
};

#define IP_TEXT_SIZE INET6_ADDRSTRLEN

/* Parse "192.0.2.1" or "2001:db8::1". An IPv4-mapped IPv6 address becomes the IPv4 address. */
bool ip_parse(const char *text, struct ip *) MUST_CHECK;
/* The address of a socket, an IPv4-mapped one as above; false for another family. */
bool ip_of_socket(const struct sockaddr *, struct ip *) MUST_CHECK;
/* Write the address in its canonical form; returns text. */
const char *ip_text(const struct ip *, char text[IP_TEXT_SIZE]) RETURNS_NONNULL;

/* True if every item of the list is an address or a network ("10.0.0.0/8, ::1"; separated by commas
 * or blanks), and for an empty list. */
bool networks_check(const char *list);
/* True if a network of the list contains the address. Malformed items are ignored. */
bool networks_hold(const char *list, const struct ip *);

#endif
