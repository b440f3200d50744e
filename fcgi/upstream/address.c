#include "upstream/address.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/network.h"

/* Not globally reachable, from IANA's special-purpose registries. ::/96 holds the unspecified
 * address, loopback and the IPv4-compatible addresses. */
static const char special_networks[] =
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24"
    " 192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4"
    " 240.0.0.0/4"
    " ::/96 100::/64 2001::/23 2001:db8::/32 fc00::/7 fe80::/10 fec0::/10 ff00::/8";

/* IPv6 networks that embed an IPv4 address, and its offset in them. Mapped addresses are IPv4
 * addresses for struct ip. */
static const struct carrier {
	const char *network;
	size_t offset;
} carriers[] = {
	{ "64:ff9b::/96", 12 }, /* NAT64 */
	{ "2002::/16", 2 },     /* 6to4 */
};

static bool
ip_is_public(const struct ip *ip)
{
	for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++)
		if (networks_hold(carriers[i].network, ip)) {
			struct ip inner = { .bits = 32 };

			memcpy(inner.bytes, ip->bytes + carriers[i].offset, 4);
			return !networks_hold(special_networks, &inner);
		}
	return !networks_hold(special_networks, ip);
}

static bool
ip_is_allowed(const struct ip *ip, const char *networks)
{
	if (ip_is_public(ip))
		return true;
	return networks != NULL && (*networks == '\0' || networks_hold(networks, ip));
}

bool
address_is_allowed(const struct sockaddr *address, const char *networks)
{
	struct ip ip;

	if (networks != NULL && *networks == '\0')
		return true;
	return ip_of_socket(address, &ip) && ip_is_allowed(&ip, networks);
}

/* True for "localhost" and its subdomains. */
static bool
means_loopback(const char *host)
{
	static const char name[] = "localhost";
	size_t own = strlen(name), length = strlen(host);

	return length >= own && strcasecmp(host + length - own, name) == 0 &&
	       (length == own || host[length - own - 1] == '.');
}

bool
address_host_is_allowed(const char *host, const char *networks)
{
	char copy[256];
	size_t length;
	struct ip ip;

	host += *host == '[';
	length = strcspn(host, "]%");
	if (length > 0 && host[length - 1] == '.')
		length--;
	if (length >= sizeof(copy))
		return false;
	memcpy(copy, host, length);
	copy[length] = '\0';
	return !ip_parse(means_loopback(copy) ? "127.0.0.1" : copy, &ip) ||
	       ip_is_allowed(&ip, networks);
}
