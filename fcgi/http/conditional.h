/* Conditional requests (RFC 9110, 13). */
#ifndef HTTP_CONDITIONAL_H
#define HTTP_CONDITIONAL_H

#include <stdbool.h>

/* Does an If-None-Match or If-Match value name this entity tag? Weak comparison; "*" names all.
 * etag without its quotes. */
bool etag_listed(const char *header, const char *etag);

#endif
