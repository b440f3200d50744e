#include "http/range.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define PLAIN_DIGITS 18 /* numbers of up to 18 digits fit in 64 bits */

/* Read digits only, without sign or blanks, and advance *p. A number that overflows becomes
 * INT64_MAX, which is beyond any end. */
static bool
read_number(const char **p, int64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)**p))
		return false;
	*value = strtoll(*p, &end, 10);
	*p = end;
	return true;
}

/* Read one range of the set; false if malformed. *first > *last: unsatisfiable. */
static bool
read_range(const char **p, int64_t size, int64_t *first, int64_t *last)
{
	int64_t suffix;

	if (**p == '-') {
		(*p)++;
		if (!read_number(p, &suffix))
			return false;
		*first = suffix < size ? size - suffix : 0;
		*last = suffix == 0 ? -1 : size - 1;
		return true;
	}
	if (!read_number(p, first) || **p != '-')
		return false;
	(*p)++;
	*last = size - 1;
	if (isdigit((unsigned char)**p)) {
		if (!read_number(p, last))
			return false;
		if (*last >= size)
			*last = size - 1;
	}
	return true;
}

/* Read all ranges of a set; false if one is malformed or there are too many. */
static bool
read_set(const char *p, int64_t size, struct range_set *set)
{
	for (;;) {
		struct range range;

		p += strspn(p, " \t");
		if (!read_range(&p, size, &range.first, &range.last))
			return false;
		if (range.first <= range.last && range.first < size) {
			if (set->count == RANGES_MAX)
				return false;
			set->at[set->count++] = range;
		}
		p += strspn(p, " \t");
		if (*p == '\0')
			return true;
		if (*p++ != ',')
			return false;
	}
}

/* True for several ranges that repeat bytes. */
static bool
is_wasteful(const struct range_set *set, int64_t size)
{
	int64_t left = size;

	for (size_t i = 0; i < set->count; i++) {
		int64_t length = set->at[i].last - set->at[i].first + 1;

		if (length > left)
			return true;
		left -= length;
	}
	return false;
}

enum range_kind
range_parse(const char *value, int64_t size, struct range_set *set)
{
	set->count = 0;
	if (value == NULL || strncasecmp(value, "bytes=", 6) != 0 ||
	    !read_set(value + 6, size, set) || is_wasteful(set, size))
		return RANGE_NONE;
	return set->count == 0 ? RANGE_UNSATISFIABLE : RANGE_SOME;
}

bool
range_is_plain(const char *value)
{
	size_t first, last;

	if (strncmp(value, "bytes=", 6) != 0)
		return false;
	value += 6;
	first = strspn(value, DIGITS);
	value += first;
	if (*value++ != '-')
		return false;
	last = strspn(value, DIGITS);
	return value[last] == '\0' && first <= PLAIN_DIGITS && last <= PLAIN_DIGITS &&
	       first + last > 0;
}

bool
range_parse_content(const char *value, int64_t *first, int64_t *last)
{
	int64_t total;

	if (strncasecmp(value, "bytes", 5) == 0 && (value[5] == ' ' || value[5] == '='))
		value += 6;
	if (!read_number(&value, first) || *value++ != '-' || !read_number(&value, last) ||
	    *last < *first || *last == INT64_MAX)
		return false;
	if (*value == '/') {
		value++;
		if (strcmp(value, "*") == 0)
			return true;
		if (!read_number(&value, &total) || total <= *last)
			return false;
	}
	return *value == '\0';
}
