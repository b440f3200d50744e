/* The headers Range (RFC 9110, 14.2), and Content-Range of an upload chunk (OCI Distribution
 * Specification 1.1). */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

#define RANGES_MAX 200 /* as MaxRanges of Apache */

enum range_kind { RANGE_NONE, RANGE_SOME, RANGE_UNSATISFIABLE };

struct range {
	int64_t first, last; /* inclusive; last is clamped to the end of the content */
};

struct range_set {
	struct range at[RANGES_MAX]; /* satisfiable ranges, in the order of the value */
	size_t count;
};

/*
 * Parse a Range value for content of `size` bytes; value NULL: no header. RANGE_SOME: *set holds at
 * least one range. RANGE_UNSATISFIABLE: no range can be satisfied. RANGE_NONE: reply with the whole
 * content, because the value is not a set of byte ranges, has more than RANGES_MAX ranges, or its
 * ranges together are longer than the content (overlapping ranges only serve to multiply the work).
 */
enum range_kind range_parse(const char *value, int64_t size, struct range_set *set);
/*
 * True if a value is one range as clients usually write it: no blanks, at most 18 digits. Web
 * servers read other values differently: lighttpd refuses an overflow and a malformed range,
 * accepts a sign, drops every part after the tenth and merges ranges that are close to each other.
 */
bool range_is_plain(const char *value);
/* Parse "0-3", "bytes 0-3/4" or "bytes=0-3"; false if malformed. *last - *first + 1 does not
 * overflow. */
bool range_parse_content(const char *value, int64_t *first, int64_t *last) MUST_CHECK;

#endif
