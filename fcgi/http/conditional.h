/* Conditional requests (RFC 9110, 13). */
#ifndef HTTP_CONDITIONAL_H
#define HTTP_CONDITIONAL_H

#include <stdbool.h>

/* True if an If-None-Match or If-Match value lists this entity tag. Weak comparison; "*" matches
 * any tag. etag is without quotes. */
bool conditional_etag_matches(const char *header, const char *etag);

#endif
