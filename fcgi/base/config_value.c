#include "base/config_value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/network.h"

/* A whole number; K, M and G (powers of 1024) only for options that count bytes. */
static bool
parse_number(const struct config_option *option, const char *text, int64_t *out)
{
	static const char suffixes[] = "KMG";
	const char *suffix;
	long long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0)
		return false;
	if (option->type == CONFIG_BYTES && *end != '\0' &&
	    (suffix = strchr(suffixes, *end)) != NULL) {
		for (int i = 0; i <= suffix - suffixes; i++)
			if (__builtin_mul_overflow(value, 1024LL, &value))
				return false;
		end++;
	}
	*out = value;
	return *end == '\0' && value >= option->min && value <= option->max;
}

/* "http://HOST:PORT" */
static bool
proxy_check(const char *text)
{
	static const char scheme[] = "http://";
	const char *colon = strrchr(text, ':');
	size_t host = strlen(scheme);

	return strncmp(text, scheme, host) == 0 && colon > text + host &&
	       strcspn(text + host, "/@?# \t") == strlen(text + host) && colon[1] != '\0' &&
	       strspn(colon + 1, "0123456789") == strlen(colon + 1);
}

bool
config_value_set(
    struct arena *arena, void *section, const struct config_option *option, const char *text)
{
	char *place = (char *)section + option->offset;
	enum log_level level;
	char *copy;

	if (option->type == CONFIG_NUMBER || option->type == CONFIG_BYTES) {
		int64_t value;

		if (!parse_number(option, text, &value))
			return false;
		memcpy(place, &value, sizeof(value));
		return true;
	}
	if ((option->type == CONFIG_LEVEL && !log_level_parse(text, &level)) ||
	    (option->type == CONFIG_NETWORKS && !networks_check(text)) ||
	    (option->type == CONFIG_PROXY && !proxy_check(text)))
		return false;
	copy = arena_strdup(arena, text);
	memcpy(place, &copy, sizeof(copy));
	return true;
}

/* The values that an option accepts, for a message. */
static void
describe_values(const struct config_option *option, char *out, size_t size)
{
	if (option->type == CONFIG_LEVEL)
		snprintf(out, size, "error, warning, info or debug");
	else if (option->type == CONFIG_NETWORKS)
		snprintf(out, size, "addresses and networks, such as 10.0.0.0/8, ::1");
	else if (option->type == CONFIG_PROXY)
		snprintf(out, size, "http://HOST:PORT");
	else
		snprintf(out, size, "a whole number from %" PRId64 " to %" PRId64 "%s", option->min,
		    option->max, option->type == CONFIG_BYTES ? "; K, M or G may follow it" : "");
}

/* The URL of a proxy is not repeated: by mistake it may contain a password. */
bool
config_value_refuse(
    const struct config_option *option, const char *text, const char *place, struct error *err)
{
	bool private = option->type == CONFIG_PROXY;
	char values[128];

	describe_values(option, values, sizeof(values));
	return error_set(err, ERROR_INTERNAL, "%s: %s.%s: must be %s%s%.64s%s", place,
	    option->section, option->key, values, private ? "" : " (got ", private ? "" : text,
	    private ? "" : ")");
}
