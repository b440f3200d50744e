/*
 * Cross-site requests (CSRF). A browser caches credentials and adds them to every request, no
 * matter which page makes it; the headers Origin (RFC 6454, 7) and Sec-Fetch-Site identify that
 * page. Other clients send neither.
 */
#ifndef HTTP_SAME_ORIGIN_H
#define HTTP_SAME_ORIGIN_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "http/request.h"

/*
 * Check that the page that made the request may change anything here. Read-only requests are
 * allowed from any page. DENIED if the page has another origin than request_base_url(), or hides
 * its origin.
 */
bool same_origin_check(const struct request *, struct error *) MUST_CHECK;

#endif
