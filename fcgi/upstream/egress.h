/* How a request leaves: from which address, through which proxy, with which client certificate, and
 * to which networks. */
#ifndef UPSTREAM_EGRESS_H
#define UPSTREAM_EGRESS_H

#include <curl/curl.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/config.h"
#include "upstream/upstream.h"

/* Sections of the settings file that the settings of a remote name. */
struct outlets {
	const struct config_named *proxies, *certificates; /* borrowed */
};

struct egress_way {
	const char *networks; /* allowed networks (address.h) */
	bool proxied;
	bool refused_address;
	const char *reason; /* why the request must not leave; NULL if refused_address says it */
};

/* Private networks that are allowed for a URL. */
const char *egress_networks(const struct upstream *, const char *url);
/* Connect to the URL as the remote's settings say, with the networks in *way. false: the request
 * is not allowed, and *way says why. */
bool egress_set(CURL *, struct arena *, const struct outlets *, const struct upstream *,
    const char *url, struct egress_way *) MUST_CHECK;

#endif
