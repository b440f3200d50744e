/*
 * Cross-site requests (CSRF). A browser remembers a sign-in and adds it to every request, whichever
 * page makes it; the headers Origin (RFC 6454, 7) and Sec-Fetch-Site name that page. Clients other
 * than browsers send neither.
 */
#ifndef HTTP_SAME_ORIGIN_H
#define HTTP_SAME_ORIGIN_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "http/request.h"

/* May the page that made the request change anything here? Requests that only read may come from
 * any page. DENIED if the page is of another origin than request_base_url(), or hides its own. */
bool same_origin_check(const struct request *, struct error *) MUST_CHECK;

#endif
