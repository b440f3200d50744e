#include "upstream/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/network.h"

struct network {
	unsigned char prefix[16];
	unsigned bits;
};

/* Networks that are not globally reachable, from IANA's special-purpose registries. */
static const struct network networks4[] = {
	{ { 0 }, 8 },
	{ { 10 }, 8 },
	{ { 100, 64 }, 10 },
	{ { 127 }, 8 },
	{ { 169, 254 }, 16 },
	{ { 172, 16 }, 12 },
	{ { 192, 0, 0 }, 24 },
	{ { 192, 0, 2 }, 24 },
	{ { 192, 168 }, 16 },
	{ { 198, 18 }, 15 },
	{ { 198, 51, 100 }, 24 },
	{ { 203, 0, 113 }, 24 },
	{ { 224 }, 4 },
	{ { 240 }, 4 },
};

static const struct network networks6[] = {
	{ { 0 }, 96 }, /* unspecified, loopback, IPv4-compatible */
	{ { 0x01 }, 64 },
	{ { 0x20, 0x01, 0x00, 0x00 }, 23 },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },
	{ { 0xfc }, 7 },
	{ { 0xfe, 0x80 }, 10 },
	{ { 0xfe, 0xc0 }, 10 },
	{ { 0xff }, 8 },
};

/* IPv6 networks that embed an IPv4 address, and its offset in them. */
static const struct carrier {
	struct network network;
	size_t offset;
} carriers[] = {
	{ { { [10] = 0xff, [11] = 0xff }, 96 }, 12 }, /* mapped */
	{ { { 0x00, 0x64, 0xff, 0x9b }, 96 }, 12 },   /* NAT64 */
	{ { { 0x20, 0x02 }, 16 }, 2 },                /* 6to4 */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
is_in(const unsigned char *address, const struct network *network)
{
	unsigned whole = network->bits / 8, rest = network->bits % 8;

	if (memcmp(address, network->prefix, whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ network->prefix[whole]) >> (8 - rest) == 0;
}

static bool
is_in_any(const unsigned char *address, const struct network *networks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_in(address, &networks[i]))
			return true;
	return false;
}

static bool
is_public6(const unsigned char *address)
{
	for (size_t i = 0; i < COUNT(carriers); i++)
		if (is_in(address, &carriers[i].network))
			return !is_in_any(
			    address + carriers[i].offset, networks4, COUNT(networks4));
	return !is_in_any(address, networks6, COUNT(networks6));
}

bool
address_is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof(in));
		return !is_in_any((const unsigned char *)&in.sin_addr, networks4, COUNT(networks4));
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in;

		memcpy(&in, address, sizeof(in));
		return is_public6(in.sin6_addr.s6_addr);
	}
	return false;
}

static bool
read_ip(const struct sockaddr *address, struct ip *ip)
{
	char text[IP_TEXT_SIZE] = "";
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof(in));
		inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
	} else if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof(in6));
		inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text));
	}
	return ip_parse(text, ip);
}

bool
address_is_allowed(const struct sockaddr *address, const char *networks)
{
	struct ip ip;

	if (address_is_public(address))
		return true;
	if (networks == NULL || *networks == '\0')
		return networks != NULL;
	return read_ip(address, &ip) && networks_hold(networks, &ip);
}

/* True for "localhost" and its subdomains. */
static bool
means_loopback(const char *host, size_t length)
{
	static const char name[] = "localhost";
	size_t own = strlen(name);

	return length >= own && strncasecmp(host + length - own, name, own) == 0 &&
	       (length == own || host[length - own - 1] == '.');
}

bool
address_host_is_allowed(const char *host, const char *networks)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	char copy[256];
	size_t length;

	host += *host == '[';
	length = strcspn(host, "]%");
	if (length > 0 && host[length - 1] == '.')
		length--;
	if (length >= sizeof(copy))
		return false;
	memcpy(copy, host, length);
	copy[length] = '\0';
	if (inet_pton(AF_INET6, copy, &in6.sin6_addr) == 1)
		return address_is_allowed((const struct sockaddr *)&in6, networks);
	if (means_loopback(host, length))
		in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else if (inet_pton(AF_INET, copy, &in.sin_addr) != 1)
		return true;
	return address_is_allowed((const struct sockaddr *)&in, networks);
}
