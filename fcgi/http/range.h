/* Range (RFC 9110, 14.2) and the Content-Range of an upload chunk (OCI Distribution
 * Specification 1.1). */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

enum range_kind { RANGE_NONE, RANGE_ONE, RANGE_MANY, RANGE_UNSATISFIABLE };

/* Read a Range value for content of `size` bytes; *first and *last are set for RANGE_ONE (last
 * clamped to the end). Anything that is not a byte range is RANGE_NONE, as the RFC asks.
 * RANGE_UNSATISFIABLE only if every range is. */
enum range_kind range_parse(const char *value, int64_t size, int64_t *first, int64_t *last);
/* "0-3", "bytes 0-3/4" and "bytes=0-3" forms; false if malformed. *last - *first + 1 can be
 * counted. */
bool content_range_parse(const char *value, int64_t *first, int64_t *last) MUST_CHECK;

#endif
