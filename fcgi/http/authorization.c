#include "http/authorization.h"

#include <gnutls/gnutls.h>
#include <string.h>
#include <strings.h>

#define HEADER_MAX (16 * 1024)

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

static bool
read_basic(struct arena *arena, const char *encoded, struct authorization *out)
{
	gnutls_datum_t in = { .data = (unsigned char *)arena_strdup(arena, encoded),
		.size = (unsigned)strlen(encoded) };
	gnutls_datum_t text = { 0 };
	char *pair, *colon;

	if (gnutls_base64_decode2(&in, &text) < 0)
		return false;
	pair = arena_strndup(arena, (const char *)text.data, text.size);
	if (strlen(pair) != text.size)
		pair = NULL; /* NUL inside */
	gnutls_memset(text.data, 0, text.size);
	gnutls_free(text.data);
	if (pair == NULL || has_control(pair) || (colon = strchr(pair, ':')) == NULL)
		return false;
	*colon = '\0';
	out->user = pair;
	out->password = colon + 1;
	return true;
}

static void
read_token(struct arena *arena, const char *value, struct authorization *out)
{
	value += strspn(value, " ");
	if (strncasecmp(value, "Token", 5) == 0 && strchr(" ", value[5]) != NULL)
		value += 5 + strspn(value + 5, " ");
	if (*value == '\0') {
		out->kind = AUTHORIZATION_NONE; /* a client that got no token */
	} else if (strncmp(value, "signature=", 10) == 0 && value[10] != ',' && value[10] != '\0') {
		out->kind = AUTHORIZATION_BEARER;
		out->token = arena_strndup(arena, value + 10, strcspn(value + 10, ","));
	}
}

void
authorization_parse(struct arena *arena, const char *header, struct authorization *out)
{
	*out = (struct authorization){ .kind = AUTHORIZATION_NONE };
	if (header == NULL)
		return;
	out->kind = AUTHORIZATION_BAD;
	if (strlen(header) > HEADER_MAX)
		return;
	if (strncasecmp(header, "Basic ", 6) == 0) {
		if (read_basic(arena, header + 6 + strspn(header + 6, " "), out))
			out->kind = AUTHORIZATION_BASIC;
	} else if (strncasecmp(header, "Bearer ", 7) == 0) {
		out->token = header + 7 + strspn(header + 7, " ");
		if (*out->token != '\0' && !has_control(out->token))
			out->kind = AUTHORIZATION_BEARER;
	} else if (strncasecmp(header, "Token", 5) == 0 && strchr(" ", header[5]) != NULL &&
		   !has_control(header)) {
		read_token(arena, header + 5, out);
	}
}
