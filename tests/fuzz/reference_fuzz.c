/* References and media types: an accepted one parses to the same value again. */
#include "fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "oci/mediatype.h"
#include "oci/reference.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	const char *text = arena_strndup(arena, (const char *)data, size);
	char type[MEDIATYPE_MAX_LENGTH + 1], again[MEDIATYPE_MAX_LENGTH + 1];
	struct reference reference;
	struct error err = { 0 };

	if (reference_parse(&reference, text, &err)) {
		MUST((reference.tag == NULL) == (strchr(text, ':') != NULL));
		MUST(reference.tag != NULL || strcmp(reference.digest.text, text) == 0);
	} else
		MUST(err.code == ERROR_TAG_INVALID || err.code == ERROR_DIGEST_INVALID);
	if (mediatype_parse(type, text, &err))
		MUST(mediatype_parse(again, type, &err) && strcmp(type, again) == 0);
	arena_free(arena);
	return 0;
}
