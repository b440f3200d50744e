#include "upstream/head.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

#define HEADERS_MAX (64 * 1024)
#define RETRY_MAX_SECONDS (6 * 3600) /* Docker Hub's window; a larger value is a mistake */

/* Start a new response head, for example after an interim one. */
static void
head_reset(struct head *head, const char *line)
{
	*head->reply = (struct upstream_reply){
		.content_type = "",
		.length = -1,
		.total = -1,
		.rate_limit = -1,
		.rate_remaining = -1,
		.rate_seconds = -1,
	};
	head->challenge = (struct challenge){ 0 };
	head->location = NULL;
	head->encoded = false;
	line = strchr(line, ' ');
	head->reply->status = line == NULL ? 0 : (int)strtol(line, NULL, 10);
}

/* "100;w=21600" (Docker Hub). */
static int
rate_number(struct head *head, const char *value)
{
	const char *window = strstr(value, "w=");

	if (window != NULL)
		head->reply->rate_seconds = (int)strtol(window + 2, NULL, 10);
	return (int)strtol(value, NULL, 10);
}

/* Parse seconds or a date (RFC 9110, 10.2.3). */
static int64_t
retry_seconds(const char *value)
{
	char *end;
	long long seconds = strtoll(value, &end, 10);

	if (end == value)
		seconds = (long long)curl_getdate(value, NULL) - clock_wall_seconds();
	if (seconds > RETRY_MAX_SECONDS)
		return RETRY_MAX_SECONDS;
	return seconds > 0 ? seconds : 0;
}

/* "bytes 5-9/10" */
static void
read_content_range(struct head *head, const char *value)
{
	const char *slash = strchr(value, '/');

	head->reply->first = -1; /* not the requested range unless parsed below */
	if (strncasecmp(value, "bytes ", 6) != 0)
		return;
	head->reply->first = strtoll(value + 6, NULL, 10);
	if (slash != NULL && slash[1] != '*')
		head->reply->total = strtoll(slash + 1, NULL, 10);
}

/* <URL>; rel="next" */
static void
read_link(struct head *head, const char *value)
{
	const char *open = strchr(value, '<'), *close = open == NULL ? NULL : strchr(open, '>');

	if (close != NULL && strstr(close, "next") != NULL)
		head->reply->link = arena_strndup(
		    head->arena, open + 1, (size_t)(close - open - 1));
}

static void
read_header(struct head *head, const char *name, const char *value)
{
	struct upstream_reply *reply = head->reply;

	if (strcasecmp(name, "Content-Type") == 0)
		reply->content_type = arena_strndup(head->arena, value, strcspn(value, "; \t"));
	else if (strcasecmp(name, "Docker-Content-Digest") == 0)
		reply->digest = arena_strdup(head->arena, value);
	else if (strcasecmp(name, "Content-Length") == 0)
		reply->length = strtoll(value, NULL, 10);
	else if (strcasecmp(name, "Content-Range") == 0)
		read_content_range(head, value);
	else if (strcasecmp(name, "Content-Encoding") == 0)
		head->encoded = strcasecmp(value, "identity") != 0;
	else if (strcasecmp(name, "WWW-Authenticate") == 0)
		challenge_parse(head->arena, value, &head->challenge);
	else if (strcasecmp(name, "Location") == 0)
		head->location = arena_strdup(head->arena, value);
	else if (strcasecmp(name, "Link") == 0)
		read_link(head, value);
	else if (strcasecmp(name, "Retry-After") == 0)
		reply->retry_after = retry_seconds(value);
	else if (strcasecmp(name, "RateLimit-Limit") == 0)
		reply->rate_limit = rate_number(head, value);
	else if (strcasecmp(name, "RateLimit-Remaining") == 0)
		reply->rate_remaining = rate_number(head, value);
}

bool
head_line(struct head *head, const char *data, size_t length)
{
	char *line, *colon;

	head->bytes += length;
	if (head->bytes > HEADERS_MAX)
		return false;
	line = arena_strndup(head->arena, data, length);
	line[strcspn(line, "\r\n")] = '\0';
	if (strncmp(line, "HTTP/", 5) == 0) {
		head_reset(head, line);
	} else if ((colon = strchr(line, ':')) != NULL) {
		*colon = '\0';
		read_header(head, line, colon + 1 + strspn(colon + 1, " \t"));
	}
	return true;
}
