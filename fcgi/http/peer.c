#include "http/peer.h"

#include <string.h>
#include <strings.h>

#include "base/network.h"
#include "http/request.h"

#define HOST_MAX 255
#define BLANKS " \t"

/* A header that a proxy set. lighttpd stores a client's X_Forwarded_For under the same variable
 * name: if the variable is set twice, neither value is trusted. */
static const char *
forwarded(const struct request *req, const char *name, const char *variable)
{
	return transport_variable_count(req->transport, variable) == 1 ? request_header(req, name)
								       : NULL;
}

/* The first item of a list, without blanks. Each proxy appends an item, so the first is from the
 * outermost proxy. NULL for NULL. */
static const char *
first_item(struct request *req, const char *list)
{
	size_t length;

	if (list == NULL)
		return NULL;
	list += strspn(list, BLANKS);
	length = strcspn(list, ",");
	while (length > 0 && strchr(BLANKS, list[length - 1]) != NULL)
		length--;
	return arena_strndup(req->arena, list, length);
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

/* Set *ip to the last address of X-Forwarded-For that does not belong to a trusted proxy. *ip is
 * the peer's address before. */
static void
read_forwarded_for(struct request *req, const char *proxies, struct ip *ip)
{
	const char *header = forwarded(req, "X-Forwarded-For", "HTTP_X_FORWARDED_FOR");
	char *list, *comma;

	if (header == NULL)
		return;
	list = arena_strdup(req->arena, header);
	do {
		struct ip next;

		comma = strrchr(list, ',');
		if (!read_address(comma != NULL ? comma + 1 : list, &next))
			return;
		*ip = next;
		if (comma != NULL)
			*comma = '\0';
	} while (comma != NULL && networks_hold(proxies, ip));
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
server_host(struct request *req)
{
	const char *name = request_variable(req, "SERVER_NAME"),
		   *port = request_variable(req, "SERVER_PORT");
	const char *both = name != NULL && port != NULL
			       ? arena_printf(req->arena, "%s:%s", name, port)
			       : name;

	return both != NULL && is_host(both) ? both : "localhost";
}

static const char *
server_scheme(const struct request *req)
{
	const char *scheme = request_variable(req, "REQUEST_SCHEME"),
		   *https = request_variable(req, "HTTPS");

	if (scheme == NULL)
		return https != NULL && strcasecmp(https, "on") == 0 ? "https" : "http";
	return strcasecmp(scheme, "https") == 0 ? "https" : "http";
}

/* Apply the headers of a trusted proxy; a missing or malformed value changes nothing. */
static void
read_forwarded(struct request *req, const char *proxies, struct ip *ip, const char **host)
{
	const char *scheme = first_item(
	    req, forwarded(req, "X-Forwarded-Proto", "HTTP_X_FORWARDED_PROTO"));
	const char *outer = first_item(
	    req, forwarded(req, "X-Forwarded-Host", "HTTP_X_FORWARDED_HOST"));

	read_forwarded_for(req, proxies, ip);
	if (is_scheme(scheme))
		req->scheme = strcasecmp(scheme, "https") == 0 ? "https" : "http";
	if (outer != NULL && is_host(outer))
		*host = outer;
}

void
peer_read(struct request *req, const char *proxies)
{
	const char *peer = request_variable(req, "REMOTE_ADDR"),
		   *host = request_header(req, "Host");
	char text[IP_TEXT_SIZE];
	struct ip ip;
	bool known = peer != NULL && ip_parse(peer, &ip);

	req->scheme = server_scheme(req);
	if (known && proxies != NULL && networks_hold(proxies, &ip))
		read_forwarded(req, proxies, &ip, &host);
	/* Copied, because the log line is written when the transport has released its variables. */
	req->host = arena_strdup(
	    req->arena, host != NULL && is_host(host) ? host : server_host(req));
	req->address = known ? arena_strdup(req->arena, ip_text(&ip, text)) : NULL;
}
