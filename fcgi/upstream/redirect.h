/* Requests that follow redirects. */
#ifndef UPSTREAM_REDIRECT_H
#define UPSTREAM_REDIRECT_H

#include "upstream/exchange.h"

/* As exchange_run(), at most five redirects further; credentials are not sent to another origin. */
enum upstream_result redirect_follow(
    struct exchange *, const char *url, const char *authorization) MUST_CHECK;

#endif
