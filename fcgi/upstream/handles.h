/* Curl handles, whose connections stay open between exchanges. */
#ifndef UPSTREAM_HANDLES_H
#define UPSTREAM_HANDLES_H

#include <curl/curl.h>

#include "base/attributes.h"

/*
 * A curl handle, and the multi handle that caches its connections. A connection to a private
 * address must never be reused for an upstream that may not connect to it, so handles are cached
 * per list of networks.
 */
struct handle {
	CURL *easy;
	CURLM *multi;
	char *networks; /* as for address_is_allowed(); owned */
	struct handle *next;
};

struct handles;

struct handles *handles_open(void) RETURNS_NONNULL;
void handles_close(struct handles *); /* every handle is released */

/* A handle for these networks, until it is released. */
struct handle *handle_acquire(struct handles *, const char *networks) RETURNS_NONNULL;
void handle_release(struct handles *, struct handle *);
/* Set an option whose text libcurl copies. */
void handle_text(CURL *, CURLoption, const char *text);

#endif
