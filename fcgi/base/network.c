#include "base/network.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SEPARATORS ", \t"
#define NETWORK_SIZE (INET6_ADDRSTRLEN + 4) /* an address, a slash and three digits */

struct network {
	struct ip ip;
	int bits; /* of the prefix */
};

static void
ip_unmap(struct ip *ip)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (ip->bits != 128 || memcmp(ip->bytes, mapped, sizeof(mapped)) != 0)
		return;
	memmove(ip->bytes, ip->bytes + sizeof(mapped), 4);
	ip->bits = 32;
}

bool
ip_parse(const char *text, struct ip *ip)
{
	*ip = (struct ip){ .bits = 32 };
	if (inet_pton(AF_INET, text, ip->bytes) == 1)
		return true;
	ip->bits = 128;
	if (inet_pton(AF_INET6, text, ip->bytes) != 1)
		return false;
	ip_unmap(ip);
	return true;
}

bool
ip_of_socket(const struct sockaddr *address, struct ip *ip)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	*ip = (struct ip){ 0 };
	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof(in));
		memcpy(ip->bytes, &in.sin_addr, 4);
		ip->bits = 32;
	} else if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof(in6));
		memcpy(ip->bytes, &in6.sin6_addr, 16);
		ip->bits = 128;
		ip_unmap(ip);
	}
	return ip->bits != 0;
}

const char *
ip_text(const struct ip *ip, char text[IP_TEXT_SIZE])
{
	inet_ntop(ip->bits == 32 ? AF_INET : AF_INET6, ip->bytes, text, IP_TEXT_SIZE);
	return text;
}

static bool
network_parse(char *text, struct network *network)
{
	char *slash = strchr(text, '/'), *end;
	long bits;

	if (slash != NULL)
		*slash++ = '\0';
	if (!ip_parse(text, &network->ip))
		return false;
	network->bits = network->ip.bits;
	if (slash == NULL)
		return true;
	bits = strtol(slash, &end, 10);
	if (!isdigit((unsigned char)*slash) || *end != '\0' || bits > network->ip.bits)
		return false;
	network->bits = (int)bits;
	return true;
}

/* Parse the next item of *list and advance *list; false at its end. *valid: whether it is a
 * network. */
static bool
network_next(const char **list, struct network *network, bool *valid)
{
	char item[NETWORK_SIZE];
	size_t length;

	*list += strspn(*list, SEPARATORS);
	if (**list == '\0')
		return false;
	length = strcspn(*list, SEPARATORS);
	*valid = length < sizeof(item);
	if (*valid) {
		memcpy(item, *list, length);
		item[length] = '\0';
		*valid = network_parse(item, network);
	}
	*list += length;
	return true;
}

static bool
network_holds(const struct network *network, const struct ip *ip)
{
	int whole = network->bits / 8, rest = network->bits % 8;

	if (network->ip.bits != ip->bits ||
	    memcmp(network->ip.bytes, ip->bytes, (size_t)whole) != 0)
		return false;
	return rest == 0 || (network->ip.bytes[whole] ^ ip->bytes[whole]) >> (8 - rest) == 0;
}

bool
networks_check(const char *list)
{
	struct network network;
	bool valid;

	while (network_next(&list, &network, &valid))
		if (!valid)
			return false;
	return true;
}

bool
networks_hold(const char *list, const struct ip *ip)
{
	struct network network;
	bool valid;

	while (network_next(&list, &network, &valid))
		if (valid && network_holds(&network, ip))
			return true;
	return false;
}
