#include "http/same_origin.h"

#include <string.h>
#include <strings.h>

static bool
is_read_only(const struct request *req)
{
	return req->method == HTTP_GET || req->method == HTTP_HEAD || req->method == HTTP_OPTIONS;
}

/* Length of an origin without its scheme's default port. */
static size_t
origin_length(const char *origin)
{
	bool https = strncasecmp(origin, "https:", strlen("https:")) == 0;
	const char *port = https ? ":443" : ":80";
	size_t length = strlen(origin), tail = strlen(port);

	return length > tail && strcmp(origin + length - tail, port) == 0 ? length - tail : length;
}

static bool
origins_equal(const char *a, const char *b)
{
	size_t length = origin_length(a);

	return length == origin_length(b) && strncasecmp(a, b, length) == 0;
}

/* "none" means that the user typed the address or opened a bookmark. */
static bool
is_own_site(const char *site)
{
	return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

bool
same_origin_check(const struct request *req, struct error *err)
{
	const char *site = request_header(req, "Sec-Fetch-Site"),
		   *origin = request_header(req, "Origin");

	if (is_read_only(req) ||
	    ((site == NULL || is_own_site(site)) &&
		(origin == NULL || origins_equal(origin, request_base_url(req)))))
		return true;
	return error_set(err, ERROR_DENIED, "cross-site request refused");
}
