#include "upstream/challenge.h"

#include <string.h>
#include <strings.h>

static const char *
skip(const char *p, const char *bytes)
{
	return p + strspn(p, bytes);
}

/* Length of a token (RFC 9110, 5.6.2), read leniently. */
static size_t
token_length(const char *p)
{
	return strcspn(p, " \t,=\"");
}

/* Parse the value at p, quoted or not, and unescape it; *end points behind it. NULL if a quote is
 * not closed. */
static const char *
value_parse(struct arena *arena, const char *p, const char **end)
{
	char *text, *out;

	if (*p != '"') {
		size_t length = strcspn(p, " \t,");

		*end = p + length;
		return arena_strndup(arena, p, length);
	}
	text = out = arena_alloc(arena, strlen(p));
	for (p++; *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		if (*p == '\0')
			return NULL;
		*out++ = *p;
	}
	*out = '\0';
	*end = p + 1;
	return text;
}

/* True if a parameter "name = value" begins at p. */
static bool
is_parameter(const char *p)
{
	size_t length = token_length(p);

	return length > 0 && *skip(p + length, " \t") == '=';
}

static bool
is_token(const char *p, size_t length, const char *token)
{
	return length == strlen(token) && strncasecmp(p, token, length) == 0;
}

/* Parse the parameters of one challenge; returns its end, NULL if it is malformed. */
static const char *
parameters_parse(struct arena *arena, const char *p, const char **realm, const char **service)
{
	for (p = skip(p, " \t,"); is_parameter(p); p = skip(p, " \t,")) {
		const char *name = p, *value;
		size_t length = token_length(p);

		p = skip(skip(p + length, " \t") + 1, " \t");
		if ((value = value_parse(arena, p, &p)) == NULL)
			return NULL;
		if (is_token(name, length, "realm"))
			*realm = value;
		else if (is_token(name, length, "service"))
			*service = value;
	}
	return p;
}

void
challenge_parse(struct arena *arena, const char *header, struct challenge *challenge)
{
	const char *p = skip(header, " \t,");

	while (p != NULL && *p != '\0') {
		const char *scheme = p, *realm = NULL, *service = NULL;
		size_t length = token_length(p);

		if (length == 0)
			return;
		if ((p = parameters_parse(arena, p + length, &realm, &service)) == NULL)
			return;
		if (is_token(scheme, length, "Basic"))
			challenge->basic = true;
		if (is_token(scheme, length, "Bearer") && realm != NULL &&
		    challenge->realm == NULL) {
			challenge->realm = realm;
			challenge->service = service;
		}
	}
}
