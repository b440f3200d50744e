/* Range (RFC 9110, 14.2) and the Content-Range of an upload chunk (OCI Distribution
 * Specification 1.1). */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

#define RANGES_MAX 200 /* as Apache's MaxRanges */

enum range_kind { RANGE_NONE, RANGE_SOME, RANGE_UNSATISFIABLE };

struct range {
	int64_t first, last; /* both included; last is clamped to the end of the content */
};

struct range_set {
	struct range at[RANGES_MAX]; /* those that can be satisfied, in the order of the value */
	size_t count;
};

/*
 * Read a Range value for content of `size` bytes; NULL: no header. RANGE_SOME: *set holds at least
 * one range. RANGE_UNSATISFIABLE only if every range is. RANGE_NONE, which gets the whole content:
 * a value that is not a set of byte ranges, more than RANGES_MAX ranges, or ranges that together
 * are longer than the content, since overlapping ranges only serve to multiply the work.
 */
enum range_kind range_parse(const char *value, int64_t size, struct range_set *set);
/*
 * Whether a value is one range as clients write it: no blanks, at most 18 digits. Of other values
 * each web server has its own reading: lighttpd refuses an overflow and a malformed range, takes a
 * sign, drops every part after the tenth and merges near ones.
 */
bool range_is_plain(const char *value);
/* "0-3", "bytes 0-3/4" and "bytes=0-3" forms; false if malformed. *last - *first + 1 can be
 * counted. */
bool content_range_parse(const char *value, int64_t *first, int64_t *last) MUST_CHECK;

#endif
