/* WWW-Authenticate of an upstream, as arbitrary text. */
#include "fuzz.h"

#include "base/arena.h"
#include "upstream/challenge.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct challenge challenge = { 0 };

	challenge_parse(arena, arena_strndup(arena, (const char *)data, size), &challenge);
	arena_free(arena);
	return 0;
}
