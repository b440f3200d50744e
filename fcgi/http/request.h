/*
 * A request as handlers use it: method, path, query, headers, per-vhost variables, body.
 *
 * Path and query are taken from REQUEST_URI and QUERY_STRING only, split before decoding, and
 * decoded once; PATH_INFO differs between servers and is never read. Everything is in the request's
 * arena.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"
#include "base/share.h"
#include "http/transport.h"

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_OTHER
};

#define REQUEST_PARAMS_MAX 4

struct call;
struct reply;
struct service;

struct request {
	struct arena *arena;         /* borrowed; one per request */
	struct transport *transport; /* borrowed */
	struct reply *reply;         /* owned by the arena */
	enum http_method method;
	const char *method_text;
	const char *path;       /* decoded, contains no NUL; begins with '/' */
	const char *target;     /* path as the client wrote it; no blanks or control characters */
	const char *query;      /* as the client wrote it; see request_query() */
	const char *id;         /* request id: X-Request-Id if it is a UUID, else a new UUID */
	const char *address;    /* client's IP address; X-Forwarded-For only from trusted proxies */
	const char *scheme;     /* "http" or "https", as the client used it */
	const char *host;       /* Host as the client sent it, with port if given; syntax checked */
	int64_t content_length; /* -1: not announced */
	int64_t received;       /* number of body bytes read */
	int64_t body_limit;     /* request_read() fails with TOO_LARGE beyond this; 0: no limit */
	bool is_head_only;      /* FastCGI authorizer: called before the body is accepted */
	bool may_block;   /* this thread may wait for an upstream, or for a slot to hash a password;
			     else ERROR_WOULD_BLOCK */
	bool may_receive; /* this thread may wait for a body that has not arrived yet; else
			     ERROR_WOULD_BLOCK */
	bool awaits_body; /* ERROR_WOULD_BLOCK is because of may_receive */
	/* Borrowed: limits of concurrent requests with a body. Documents are buffered in memory, so
	 * their limit is lower. */
	struct share *uploads, *documents;
	struct share_place
	    *place;        /* in uploads or documents; share_release() when the request ends */
	const char *user;  /* authenticated user, for the log; "" or NULL: anonymous */
	const char *route; /* pattern of the matched route, for the log; set by the router */
	struct {
		const char *name, *value;
	} params[REQUEST_PARAMS_MAX]; /* set by the router */
	/* For the layers above: the state of the process, and of this request. */
	struct service *service;
	struct call *call;
};

/*
 * Read the environment of an accepted request. false: BAD_REQUEST, the URI cannot be decoded (%zz,
 * %00, invalid UTF-8); the request can still carry the error reply. trusted_proxies: the list of
 * the settings; NULL or "": none.
 */
bool request_open(struct request *, struct transport *, struct arena *, const char *trusted_proxies,
    struct error *) MUST_CHECK;

const char *request_param(const struct request *,
    const char *name) RETURNS_NONNULL; /* of the matched route; "" if not found */
/* Decoded value of the first query parameter of this name; "" if it has no value, NULL if it is
 * absent. */
const char *request_query(struct request *, const char *name);
/* All values of a repeated query parameter, NULL-terminated. */
const char *const *request_query_all(struct request *, const char *name);
const char *request_header(
    const struct request *, const char *name); /* "If-None-Match"; NULL if absent */
const char *request_variable(
    const struct request *, const char *name); /* per-vhost variable; NULL if absent or empty */
/* scheme://host, for the few URLs that must be absolute; STOWAGE_BASE_URL overrides it. */
const char *request_base_url(const struct request *) RETURNS_NONNULL;

/*
 * Call it before the first byte of a body is read and before any other work for the body, because
 * a client may send slowly. share: req->uploads; request_body() calls it itself. False with
 * ERROR_WOULD_BLOCK if the body would block this thread, or with TOOMANYREQUESTS if the user
 * (anonymous: the address) has its share of concurrent bodies already.
 */
bool request_admit_body(struct request *, struct share *, struct error *) MUST_CHECK;
/* Read body bytes: > 0 count, 0 end of the body, -1 failure. At the end the count is compared with
 * Content-Length: CLIENT_GONE if it is smaller, SIZE_INVALID if it is larger. */
ssize_t request_read(struct request *, void *buffer, size_t size, struct error *) MUST_CHECK;
/* MEDIA_TYPE if the Content-Type is not JSON. Without Content-Type the body is taken as JSON. */
bool request_json_check(const struct request *, struct error *) MUST_CHECK;
/* Read the whole body into the arena; TOO_LARGE if it has more than `limit` bytes. */
bool request_body(
    struct request *, size_t limit, char **body, size_t *length, struct error *) MUST_CHECK;

#endif
