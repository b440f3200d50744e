/* Authentication at an upstream: by password, or with a token from its token service. */
#ifndef UPSTREAM_AUTHENTICATION_H
#define UPSTREAM_AUTHENTICATION_H

#include "upstream/exchange.h"
#include "upstream/token.h"

/* Send a request to the upstream's own registry, with the authentication that it requires. */
enum upstream_result authentication_ask(
    struct tokens *, struct exchange *, const char *url) MUST_CHECK;

#endif
