/* Names, tags, repository keys: an accepted one is harmless in paths, headers and logs. */
#include "fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "oci/name.h"

static const char lower[] = "abcdefghijklmnopqrstuvwxyz0123456789._-/";
static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	const char *text = arena_strndup(arena, (const char *)data, size);
	struct error err = { 0 };

	if (name_check(text, &err)) {
		MUST(strspn(text, lower) == strlen(text) && strlen(text) <= NAME_MAX_LENGTH);
		MUST(strstr(text, "..") == NULL && strstr(text, "//") == NULL &&
		     strstr(text, "/.") == NULL);
		MUST(text[0] != '/' && text[strlen(text) - 1] != '/');
	} else
		MUST(err.code == ERROR_NAME_INVALID && *err.message != '\0');
	if (name_check_tag(text, &err))
		MUST(strspn(text, word) == strlen(text) && strlen(text) <= TAG_MAX_LENGTH &&
		     text[0] != '.');
	if (name_check_key(text, &err))
		MUST(strspn(text, word) == strlen(text) && strlen(text) <= 64 && text[0] != '.');
	arena_free(arena);
	return 0;
}
