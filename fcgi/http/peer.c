#include "http/peer.h"

#include <string.h>
#include <strings.h>

#include "base/network.h"
#include "http/transport.h"

#define HOST_MAX 255
#define BLANKS " \t"

struct reading {
	const struct transport *transport;
	struct arena *arena;
	const char *proxies;
	struct peer *peer;
	struct ip ip; /* of the web server's client; then the first one of X-Forwarded-For outside
			 the proxies */
};

/* NULL if absent or empty. */
static const char *
variable(const struct reading *reading, const char *name)
{
	const char *value = transport_variable(reading->transport, name);

	return value == NULL || *value == '\0' ? NULL : value;
}

/* A header that a proxy set. lighttpd stores a client's X_Forwarded_For under the same variable
 * name: if the variable is set twice, neither value is trusted. */
static const char *
forwarded(const struct reading *reading, const char *name)
{
	return transport_variable_count(reading->transport, name) == 1
		   ? transport_variable(reading->transport, name)
		   : NULL;
}

/* The first item of a list, without blanks. Each proxy appends an item, so the first is from the
 * outermost proxy. NULL for NULL. */
static const char *
first_item(struct arena *arena, const char *list)
{
	size_t length;

	if (list == NULL)
		return NULL;
	list += strspn(list, BLANKS);
	length = strcspn(list, ",");
	while (length > 0 && strchr(BLANKS, list[length - 1]) != NULL)
		length--;
	return arena_strndup(arena, list, length);
}

/* An address as proxies write it: alone, in brackets, or with a port. */
static bool
read_address(char *text, struct ip *ip)
{
	char *end;

	text += strspn(text, BLANKS);
	text[strcspn(text, BLANKS)] = '\0';
	if (*text == '[') {
		if ((end = strchr(++text, ']')) == NULL || (end[1] != '\0' && end[1] != ':'))
			return false;
		*end = '\0';
	} else if ((end = strchr(text, ':')) != NULL && strchr(end + 1, ':') == NULL) {
		*end = '\0';
	}
	return ip_parse(text, ip);
}

/* Set the address to the last one of X-Forwarded-For that does not belong to a trusted proxy. */
static void
read_forwarded_for(struct reading *reading)
{
	const char *header = forwarded(reading, "HTTP_X_FORWARDED_FOR");
	char *list, *comma;

	if (header == NULL)
		return;
	list = arena_strdup(reading->arena, header);
	do {
		struct ip next;

		comma = strrchr(list, ',');
		if (!read_address(comma != NULL ? comma + 1 : list, &next))
			return;
		reading->ip = next;
		if (comma != NULL)
			*comma = '\0';
	} while (comma != NULL && networks_hold(reading->proxies, &reading->ip));
}

static bool
is_scheme(const char *text)
{
	return text != NULL && (strcasecmp(text, "https") == 0 || strcasecmp(text, "http") == 0);
}

/* True for a name, IPv4 address or [IPv6 address] with an optional port. */
static bool
is_host(const char *text)
{
	static const char name[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
	size_t length, port;

	if (strlen(text) > HOST_MAX)
		return false;
	if (*text == '[') {
		length = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
		if (length == 1 || text[length++] != ']')
			return false;
	} else if ((length = strspn(text, name)) == 0) {
		return false;
	}
	if (text[length] != ':')
		return text[length] == '\0';
	port = strspn(text + length + 1, "0123456789");
	return port > 0 && port <= 5 && text[length + 1 + port] == '\0';
}

static const char *
server_host(const struct reading *reading)
{
	const char *name = variable(reading, "SERVER_NAME"),
		   *port = variable(reading, "SERVER_PORT");
	const char *both = name != NULL && port != NULL
			       ? arena_printf(reading->arena, "%s:%s", name, port)
			       : name;

	return both != NULL && is_host(both) ? both : "localhost";
}

static const char *
server_scheme(const struct reading *reading)
{
	const char *scheme = variable(reading, "REQUEST_SCHEME"),
		   *https = variable(reading, "HTTPS");

	if (scheme == NULL)
		return https != NULL && strcasecmp(https, "on") == 0 ? "https" : "http";
	return strcasecmp(scheme, "https") == 0 ? "https" : "http";
}

/* Apply the headers of a trusted proxy; a missing or malformed value changes nothing. */
static void
read_forwarded(struct reading *reading, const char **host)
{
	const char *scheme = first_item(
	    reading->arena, forwarded(reading, "HTTP_X_FORWARDED_PROTO"));
	const char *outer = first_item(reading->arena, forwarded(reading, "HTTP_X_FORWARDED_HOST"));

	read_forwarded_for(reading);
	if (is_scheme(scheme))
		reading->peer->scheme = strcasecmp(scheme, "https") == 0 ? "https" : "http";
	if (outer != NULL && is_host(outer))
		*host = outer;
}

void
peer_read(
    struct peer *peer, const struct transport *transport, struct arena *arena, const char *proxies)
{
	struct reading reading = { transport, arena, proxies, peer, { 0 } };
	const char *address = variable(&reading, "REMOTE_ADDR"),
		   *host = transport_variable(transport, "HTTP_HOST");
	char text[IP_TEXT_SIZE];
	bool known = address != NULL && ip_parse(address, &reading.ip);

	peer->scheme = server_scheme(&reading);
	if (known && proxies != NULL && networks_hold(proxies, &reading.ip))
		read_forwarded(&reading, &host);
	/* Copied, because the log line is written when the transport has released its variables. */
	peer->host = arena_strdup(
	    arena, host != NULL && is_host(host) ? host : server_host(&reading));
	peer->address = known ? arena_strdup(arena, ip_text(&reading.ip, text)) : NULL;
}
