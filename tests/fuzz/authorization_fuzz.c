/* The Authorization header: each kind sets its fields, and control characters are refused. */
#include "fuzz.h"

#include "http/authorization.h"

static void
check_text(const char *text)
{
	MUST(text != NULL);
	for (; *text != '\0'; text++)
		MUST((unsigned char)*text >= ' ' && *text != 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct authorization authorization;

	authorization_parse(arena, arena_strndup(arena, (const char *)data, size), &authorization);
	if (authorization.kind == AUTHORIZATION_BASIC) {
		check_text(authorization.user);
		check_text(authorization.password);
	} else if (authorization.kind == AUTHORIZATION_BEARER)
		check_text(authorization.token);
	else
		MUST(authorization.kind == AUTHORIZATION_BAD ||
		     authorization.kind == AUTHORIZATION_NONE);
	arena_free(arena);
	return 0;
}
