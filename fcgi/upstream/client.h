/*
 * Another registry, asked over HTTPS: one call at a time, through libcurl, which appears in this
 * folder only.
 *
 * Credentials go to the upstream's own host and to its realm hosts, over the scheme its URL has,
 * and nowhere else; redirects are followed without them (any_host_auth lifts both). Private,
 * link-local and loopback addresses are refused after the name was resolved, unless the remote
 * allows them: then its own host and its realm hosts may have them, others (redirects, layers that
 * lie elsewhere) only if its list of networks has them. Behind a proxy, which resolves names
 * itself, addresses are judged as the URL has them. No proxy of the environment is used. Only http
 * (where the remote's URL is http) and https are spoken; a redirect or a realm never leads from
 * https to http.
 */
#ifndef UPSTREAM_CLIENT_H
#define UPSTREAM_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/config.h"
#include "base/egress.h"

/* What is known of an upstream; borrowed for a call. */
struct upstream {
	int id;          /* of the remote repository: tokens are kept per id, user and scope */
	const char *url; /* "https://host[:port][/prefix]"; a '/' at its end does not matter */
	const char *username, *password; /* "": none */
	bool token_authentication; /* follow a Bearer challenge (Docker token specification) */
	bool any_host_auth;
	bool private_networks;
	struct egress egress;
	const char *const *realm_hosts; /* besides the own host: "auth.example.com[:port]" */
	size_t realm_host_count;
	int timeout_ms; /* longest silence: to connect, to the first byte, between bytes */
	int total_ms;   /* longest call that is not streamed */
};

enum upstream_result {
	UPSTREAM_DONE,      /* 200 or 206 */
	UPSTREAM_ABSENT,    /* 404 */
	UPSTREAM_REFUSED,   /* 400, 401, 403 or 405, of the registry or of its token service */
	UPSTREAM_LIMITED,   /* 429 */
	UPSTREAM_FAILED,    /* no connection, a broken or odd answer, any other status */
	UPSTREAM_TIMED_OUT, /* silence, or too slow: under 1 KiB/s for 30 s, or timeout_ms if longer
			     */
	UPSTREAM_STOPPED,   /* the caller's function said stop */
	UPSTREAM_BARRED     /* never of a call itself: what its caller makes of a REFUSED that is
			       not about the name alone */
};

/* As whom the last exchange of a call was made. */
enum upstream_stage {
	UPSTREAM_ANONYMOUS,
	UPSTREAM_BASIC,
	UPSTREAM_TOKEN,
	UPSTREAM_TOKEN_SERVICE /* it went to the token service, not to the registry */
};

struct upstream_reply {
	int status; /* 0: none came */
	enum upstream_stage stage;
	bool tls;                 /* it failed since no secure connection could be made */
	const char *content_type; /* without parameters; "" if none */
	const char *digest;       /* Docker-Content-Digest; NULL if none */
	const char *link;         /* target of Link rel="next"; NULL if none */
	int64_t length;           /* of the body to come; -1: not announced */
	int64_t first;            /* of a 206, where its bytes begin; 0 else */
	int64_t total; /* of a 206, all bytes there are, -1 if not told; of a 200 the length */
	int64_t retry_after; /* seconds, at most six hours; 0 if not told */
	int rate_limit, rate_remaining,
	    rate_seconds; /* RateLimit-Limit, -Remaining; -1: not told */
	const char *body; /* of a call that is not streamed; NUL-ended */
	size_t body_length;
	char reason[200]; /* of what went wrong, for the log and for administrators; holds no secret
			   */
};

struct upstream_call {
	bool head;          /* HEAD, else GET */
	const char *path;   /* behind the upstream's URL: "/v2/library/busybox/tags/list?n=100" */
	const char *url;    /* instead of path: elsewhere; never with credentials */
	const char *name;   /* the token's scope is repository:NAME:pull; NULL: none */
	const char *accept; /* NULL: anything */
	int64_t first;      /* > 0: ask for the bytes from here on */
	size_t limit;       /* longest body of a call that is not streamed: FAILED beyond */
	int answer_ms;      /* longest wait for the first byte of an answer that is not streamed,
			       connecting included; 0: timeout_ms of the upstream */
	/*
	 * Streamed: called with every piece of a 200 or 206; false stops. The reply's headers are
	 * filled in by then.
	 */
	bool (*piece)(
	    void *context, const struct upstream_reply *, const void *data, size_t length);
	/* Called at least every 200 ms while the call lasts, bytes or not; false stops. NULL: not.
	 */
	bool (*tick)(void *context);
	void *context;
};

/* One per process; any number of threads call at once. Connections are kept for a while. */
struct upstream_client;
/* proxies and certificates: of the settings, that an egress may name; borrowed. */
struct upstream_client *upstream_client_open(
    const struct config_named *proxies, const struct config_named *certificates) RETURNS_NONNULL;
void upstream_client_close(struct upstream_client *); /* NULL is fine; no call is under way */

/* Ask. What the reply points at lives in the arena. A body with a Content-Encoding is FAILED: no
 * digest would fit. */
enum upstream_result upstream_ask(struct upstream_client *, struct arena *, const struct upstream *,
    const struct upstream_call *, struct upstream_reply *) MUST_CHECK;

/*
 * Ask for /v2/, credentials included. DONE: the registry serves us, whatever it says of single
 * names. REFUSED: it refuses the credentials, or everything. The call's answer_ms, tick and context
 * are used.
 */
enum upstream_result upstream_greet(struct upstream_client *, struct arena *,
    const struct upstream *, const struct upstream_call *, struct upstream_reply *) MUST_CHECK;
/* It was greeted, and served us, a moment ago. */
bool upstream_is_good(struct upstream_client *, struct arena *, const struct upstream *) MUST_CHECK;

#endif
