#include "http/range.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Digits only, no sign, no blanks; advances *p. What is too large to count is INT64_MAX: beyond any
 * end. */
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

/* One range of the set: false if malformed. *first > *last: it cannot be satisfied. */
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

enum range_kind
range_parse(const char *value, int64_t size, int64_t *first, int64_t *last)
{
	int count = 0, satisfiable = 0;
	const char *p;

	if (value == NULL || strncasecmp(value, "bytes=", 6) != 0)
		return RANGE_NONE;
	for (p = value + 6;;) {
		int64_t from, to;

		p += strspn(p, " \t");
		if (!read_range(&p, size, &from, &to))
			return RANGE_NONE;
		count++;
		if (from <= to && from < size && satisfiable++ == 0) {
			*first = from;
			*last = to;
		}
		p += strspn(p, " \t");
		if (*p == '\0')
			break;
		if (*p++ != ',')
			return RANGE_NONE;
	}
	if (satisfiable == 0)
		return RANGE_UNSATISFIABLE;
	return count == 1 ? RANGE_ONE : RANGE_MANY;
}

bool
content_range_parse(const char *value, int64_t *first, int64_t *last)
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
