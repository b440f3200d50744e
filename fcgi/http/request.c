#include "http/request.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "http/peer.h"
#include "oci/mediatype.h"

static const char *const method_names[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE",
	"OPTIONS" };

static enum http_method
read_method(const char *text)
{
	for (size_t i = 0; i < sizeof(method_names) / sizeof(method_names[0]); i++)
		if (strcmp(text, method_names[i]) == 0)
			return (enum http_method)i;
	return HTTP_OTHER;
}

/* True if every '%' begins an escape, and no byte is a blank or a control character. */
static bool
is_encoded(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] <= 0x20 || text[i] == 0x7f)
			return false;
		if (text[i] == '%' && (i + 2 >= length || !isxdigit((unsigned char)text[i + 1]) ||
					  !isxdigit((unsigned char)text[i + 2])))
			return false;
	}
	return true;
}

/*
 * Percent-decode once. NULL for a malformed escape, NUL, or invalid UTF-8. '+' is not decoded, not
 * even in queries: clients send digests (tarsum.v1+sha256:…) and media types (…+json) with an
 * unencoded '+', and no client sends a blank as '+'.
 */
static const char *
decode(struct arena *arena, const char *text, size_t length)
{
	char *raw, *decoded;
	const char *copy = NULL;
	int size = 0;

	if (!is_encoded(text, length))
		return NULL;
	if (length == 0)
		return "";
	raw = arena_strndup(arena, text, length);
	decoded = curl_easy_unescape(NULL, raw, (int)length, &size);
	if (decoded == NULL)
		memory_give_up(length);
	if (strlen(decoded) == (size_t)size && utf8_check(decoded))
		copy = arena_strndup(arena, decoded, (size_t)size);
	curl_free(decoded);
	return copy;
}

const char *
request_variable(const struct request *req, const char *name)
{
	const char *value = transport_variable(req->transport, name);

	return value == NULL || *value == '\0' ? NULL : value;
}

const char *
request_header(const struct request *req, const char *name)
{
	char variable[80] = "HTTP_";
	size_t n = strlen(variable);

	if (strcasecmp(name, "Content-Type") == 0 || strcasecmp(name, "Content-Length") == 0)
		n = 0;
	for (; *name != '\0' && n < sizeof(variable) - 1; name++)
		variable[n++] = *name == '-' ? '_' : (char)toupper((unsigned char)*name);
	variable[n] = '\0';
	return transport_variable(req->transport, variable);
}

const char *
request_base_url(const struct request *req)
{
	const char *fixed = request_variable(req, "STOWAGE_BASE_URL");

	return fixed != NULL ? fixed : arena_printf(req->arena, "%s://%s", req->scheme, req->host);
}

static const char *
new_id(struct arena *arena)
{
	char *text = arena_alloc(arena, UUID_TEXT_SIZE);

	uuid_random(text);
	return text;
}

/* --- Opening --- */

/* Strip scheme and authority from an absolute-form target (RFC 9112, 3.2.2). */
static const char *
origin_form(const char *uri)
{
	const char *scheme_end = strstr(uri, "://"), *slash;

	if (*uri == '/' || scheme_end == NULL)
		return uri;
	slash = strchr(scheme_end + 3, '/');
	return slash != NULL ? slash : "/";
}

/* Read path and query. The whole query is decoded here as a check, so that decoding its parts later
 * cannot fail. */
static bool
read_target(struct request *req)
{
	const char *uri = request_variable(req, "REQUEST_URI"),
		   *query = request_variable(req, "QUERY_STRING");

	req->query = query == NULL ? "" : arena_strdup(req->arena, query);
	uri = uri == NULL ? "/" : origin_form(uri);
	req->target = arena_strndup(req->arena, uri, strcspn(uri, "?"));
	req->path = decode(req->arena, req->target, strlen(req->target));
	return req->path != NULL && *req->path == '/' &&
	       decode(req->arena, req->query, strlen(req->query)) != NULL;
}

static bool
read_length(struct request *req, struct error *err)
{
	const char *text = request_variable(req, "CONTENT_LENGTH");
	char *end;

	req->content_length = -1;
	if (text == NULL)
		return true;
	errno = 0;
	req->content_length = strtoll(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end != '\0' || errno != 0)
		return error_set(err, ERROR_BAD_REQUEST, "malformed Content-Length");
	return true;
}

bool
request_open(struct request *req, struct transport *transport, struct arena *arena,
    const char *proxies, struct error *err)
{
	const char *id, *method, *role;
	struct peer peer = { 0 };

	*req = (struct request){ .transport = transport, .arena = arena, .path = "/" };
	method = request_variable(req, "REQUEST_METHOD");
	req->method_text = method == NULL ? "" : arena_strdup(arena, method);
	req->method = read_method(req->method_text);
	role = request_variable(req, "FCGI_ROLE");
	req->is_head_only = role != NULL && strcmp(role, "AUTHORIZER") == 0;
	id = request_header(req, "X-Request-Id");
	req->id = id != NULL && uuid_check(id) ? arena_strdup(arena, id) : new_id(arena);
	peer_read(&peer, transport, arena, proxies);
	req->address = peer.address;
	req->scheme = peer.scheme;
	req->host = peer.host;
	if (!read_target(req)) {
		req->path = req->target = "/";
		req->query = "";
		return error_set(err, ERROR_BAD_REQUEST, "malformed URL");
	}
	return read_length(req, err);
}

const char *
request_param(const struct request *req, const char *name)
{
	for (size_t i = 0; i < REQUEST_PARAMS_MAX && req->params[i].name != NULL; i++)
		if (strcmp(req->params[i].name, name) == 0)
			return req->params[i].value;
	log_line(LOG_LEVEL_ERROR, "route %s has no parameter %s", req->route, name);
	return "";
}

/* --- Query --- */

/* The next value of `name` at or after *rest, which is advanced; NULL at the end. */
static const char *
next_value(struct request *req, const char **rest, const char *name)
{
	while (**rest != '\0') {
		const char *pair = *rest;
		size_t length = strcspn(pair, "&"), key = strcspn(pair, "&=");

		*rest += length + (pair[length] == '&');
		if (strcmp(decode(req->arena, pair, key), name) != 0)
			continue;
		return key == length ? "" : decode(req->arena, pair + key + 1, length - key - 1);
	}
	return NULL;
}

const char *
request_query(struct request *req, const char *name)
{
	const char *rest = req->query;

	return next_value(req, &rest, name);
}

const char *const *
request_query_all(struct request *req, const char *name)
{
	const char *rest = req->query, *value, **values;
	size_t max = 2, count = 0; /* one pair more than '&', and the NULL */

	for (const char *p = rest; *p != '\0'; p++)
		max += *p == '&';
	values = arena_array(req->arena, max, sizeof(*values));
	while ((value = next_value(req, &rest, name)) != NULL)
		values[count++] = value;
	return values;
}

/* --- Body --- */

static bool
exceeds(const struct request *req, int64_t size)
{
	return req->body_limit > 0 && size > req->body_limit;
}

static ssize_t
refuse(struct error *err, enum error_code code)
{
	error_set(err, code, NULL);
	return -1;
}

bool
request_admit_body(struct request *req, struct share *share, struct error *err)
{
	bool anonymous = req->user == NULL || *req->user == '\0';

	if (transport_has_body(req->transport, req->content_length))
		return true;
	/* User names never begin with a space, so an address cannot be taken for a user. */
	if (req->place == NULL)
		req->place = share_acquire(
		    share, anonymous ? arena_printf(req->arena, " %s", req->address) : req->user);
	if (req->place == NULL)
		return error_set(err, ERROR_TOOMANYREQUESTS,
		    "too many uploads of one account at once, try again");
	req->awaits_body = !req->may_receive;
	return req->may_receive || error_set(err, ERROR_WOULD_BLOCK, NULL);
}

ssize_t
request_read(struct request *req, void *buffer, size_t size, struct error *err)
{
	ssize_t n;

	/* If the announced length is too large, refuse without reading the body. */
	if (exceeds(req, req->content_length))
		return refuse(err, ERROR_TOO_LARGE);
	if ((n = transport_read(req->transport, buffer, size, err)) < 0)
		return -1;
	req->received += n;
	if (exceeds(req, req->received))
		return refuse(err, ERROR_TOO_LARGE);
	if (req->content_length >= 0 && n == 0 && req->received < req->content_length)
		return refuse(err, ERROR_CLIENT_GONE);
	if (req->content_length >= 0 && req->received > req->content_length)
		return refuse(err, ERROR_SIZE_INVALID);
	return n;
}

bool
request_json_check(const struct request *req, struct error *err)
{
	const char *header = request_header(req, "Content-Type");
	char type[MEDIATYPE_MAX_LENGTH + 1];

	if (header == NULL || *header == '\0')
		return true;
	return mediatype_parse(type, header, err) &&
	       (mediatype_is_json(type) ||
		   error_set(err, ERROR_MEDIA_TYPE,
		       "Content-Type: must be application/json (got %s)", type));
}

bool
request_body(struct request *req, size_t limit, char **body, size_t *length, struct error *err)
{
	size_t room = req->content_length >= 0 && (size_t)req->content_length < limit
			  ? (size_t)req->content_length + 1
			  : 16 * 1024;
	char *buffer;
	ssize_t n;

	*length = 0;
	if (req->content_length > (int64_t)limit)
		return error_set(err, ERROR_TOO_LARGE, NULL);
	if (!request_admit_body(req, req->documents, err))
		return false;
	buffer = arena_alloc(req->arena, room + 1);
	while ((n = request_read(req, buffer + *length, room - *length, err)) > 0) {
		*length += (size_t)n;
		if (*length > limit)
			return error_set(err, ERROR_TOO_LARGE, NULL);
		if (*length == room) {
			char *more = arena_alloc(req->arena, 2 * room + 1);

			memcpy(more, buffer, *length);
			buffer = more;
			room *= 2;
		}
	}
	*body = buffer;
	return n == 0;
}
