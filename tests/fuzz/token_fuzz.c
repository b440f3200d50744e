/* Tokens and scopes. No input is a valid token, because it cannot be signed; if it is parsed as
 * scopes and put into a token, the token returns them unchanged. */
#include "fuzz.h"

#include <string.h>

#include "auth/scope.h"
#include "auth/token.h"
#include "base/clock.h"

static const struct token_key key = { .kid = "k1", .secret = "a secret that has thirty-two byt" };

static void
check_round_trip(struct arena *arena, const char *scopes)
{
	const char *const values[] = { scopes, NULL };
	int64_t now = clock_wall_seconds();
	struct token token = { .audience = "a",
		.subject = "",
		.issued_at = now,
		.expires_at = now + 60 },
		     *back;
	struct error err = { 0 };

	scope_parse(arena, values, &token.access, &token.access_count);
	MUST(token_verify(arena, &key, 1, token_issue(arena, &key, &token), "a", &back, &err));
	MUST(back->access_count <= token.access_count);
	for (size_t i = 0; i < back->access_count; i++)
		MUST(strcmp(back->access[i].name, token.access[i].name) == 0 &&
		     back->access[i].pull == token.access[i].pull &&
		     back->access[i].push == token.access[i].push &&
		     back->access[i].del == token.access[i].del);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	const char *text = arena_strndup(arena, (const char *)data, size);
	struct token *token;
	struct error err = { 0 };

	MUST(!token_verify(arena, &key, 1, text, "a", &token, &err) &&
	     err.code == ERROR_UNAUTHORIZED);
	check_round_trip(arena, text);
	arena_free(arena);
	return 0;
}
