/* An upstream, a call to it, and what came of it. */
#ifndef UPSTREAM_UPSTREAM_H
#define UPSTREAM_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/egress.h"

/* An upstream and its settings; borrowed for a call. */
struct upstream {
	int id;          /* of the remote repository: tokens are cached per id, user and scope */
	const char *url; /* "https://host[:port][/prefix]"; a trailing '/' is ignored */
	const char *username, *password; /* "": none */
	bool token_authentication; /* follow a Bearer challenge (Docker token specification) */
	bool any_host_auth;
	bool private_networks;
	struct egress egress;
	const char *const *realm_hosts; /* besides its own host: "auth.example.com[:port]" */
	size_t realm_host_count;
	int timeout_ms; /* longest silence: to connect, to the first byte, between bytes */
	int total_ms;   /* longest call that is not streamed */
};

enum upstream_result {
	UPSTREAM_DONE,      /* 200 or 206 */
	UPSTREAM_ABSENT,    /* 404 */
	UPSTREAM_REFUSED,   /* 400, 401, 403 or 405 from the registry or its token service */
	UPSTREAM_LIMITED,   /* 429 */
	UPSTREAM_FAILED,    /* no connection, a malformed response, any other status */
	UPSTREAM_TIMED_OUT, /* silence, or too slow: below 1 KiB/s for 30 s, or for timeout_ms if
			       longer */
	UPSTREAM_STOPPED,   /* a callback stopped the call */
	UPSTREAM_BARRED     /* never the result of a call: callers turn a REFUSED into this if it
			       concerns more than the name */
};

/* Authentication of the last exchange of a call. */
enum upstream_stage {
	UPSTREAM_ANONYMOUS,
	UPSTREAM_BASIC,
	UPSTREAM_TOKEN,
	UPSTREAM_TOKEN_SERVICE /* sent to the token service, not to the registry */
};

struct upstream_reply {
	int status; /* 0: no response */
	enum upstream_stage stage;
	bool tls;                 /* a secure connection could not be made */
	const char *content_type; /* without parameters; "" if absent */
	const char *digest;       /* Docker-Content-Digest; NULL if absent */
	const char *link;         /* target of Link rel="next"; NULL if absent */
	int64_t length;           /* length of the body; -1: not announced */
	int64_t first;            /* of a 206: offset of its bytes; else 0 */
	int64_t total;            /* of a 206: total size, -1 if unknown; of a 200: the length */
	int64_t retry_after;      /* seconds, at most six hours; 0 if absent */
	int rate_limit, rate_remaining, rate_seconds; /* RateLimit-Limit, -Remaining; -1: absent */
	const char *body; /* of a call that is not streamed; NUL-terminated */
	size_t body_length;
	char reason[200]; /* of a failure, for the log and for administrators; contains no secret */
};

struct upstream_call {
	bool head;          /* HEAD, else GET */
	const char *path;   /* after the upstream's URL: "/v2/library/busybox/tags/list?n=100" */
	const char *url;    /* instead of path: any URL; credentials are never sent */
	const char *name;   /* the token's scope is repository:NAME:pull; NULL: no scope */
	const char *accept; /* NULL: anything */
	int64_t first;      /* > 0: request the bytes from this offset on */
	size_t limit;       /* largest body of a call that is not streamed; else FAILED */
	int answer_ms;      /* longest wait for the first byte of a response that is not streamed,
			       connecting included; 0: timeout_ms of the upstream */
	/* If set, the body is streamed: called with every piece of a 200 or 206; false stops the
	 * call. The reply's headers are set by then. */
	bool (*piece)(
	    void *context, const struct upstream_reply *, const void *data, size_t length);
	/* Called at least every 200 ms during the call; false stops it. May be NULL. */
	bool (*tick)(void *context);
	void *context;
};

#endif
