#include "auth/scope.h"

#include <string.h>

#define SCOPES_MAX 64
#define SCOPE_TYPE_MAX 64
#define SCOPE_NAME_MAX 320 /* host:port/ and a name */
#define SEPARATORS " +"    /* a blank, also as forms encode it; no name holds a plus */

/* What has no place in a name is not carried into tokens, challenges and logs. */
static bool
is_word(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~' || *text == '"' || *text == '\\')
			return false;
	return true;
}

static void
read_actions(const char *text, struct token_access *access)
{
	static const char *const names[] = { "pull", "push", "delete" };
	bool *const wanted[] = { &access->pull, &access->push, &access->del };

	while (*text != '\0') {
		size_t length = strcspn(text, ",");

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if ((strlen(names[i]) == length && memcmp(names[i], text, length) == 0) ||
			    (length == 1 && *text == '*'))
				*wanted[i] = true;
		text += length + (text[length] == ',');
	}
}

/* TYPE:NAME:ACTIONS. A name may hold colons, a type and actions do not. */
static bool
read_entry(struct arena *arena, const char *text, struct token_access *access)
{
	const char *first = strchr(text, ':'), *last = strrchr(text, ':');
	size_t type, name;

	if (first == last || !is_word(text))
		return false;
	type = (size_t)(first - text);
	name = (size_t)(last - first) - 1;
	if (type == 0 || type > SCOPE_TYPE_MAX || name == 0 || name > SCOPE_NAME_MAX)
		return false;
	*access = (struct token_access){
		.type = arena_strndup(arena, text, type),
		.name = arena_strndup(arena, first + 1, name),
	};
	read_actions(last + 1, access);
	return true;
}

void
scope_parse(
    struct arena *arena, const char *const *values, struct token_access **out, size_t *count)
{
	struct token_access *list = arena_array(arena, SCOPES_MAX, sizeof(*list));
	size_t used = 0;

	for (; *values != NULL; values++) {
		const char *text = *values;

		while (used < SCOPES_MAX && *text != '\0') {
			size_t length = strcspn(text, SEPARATORS);

			if (read_entry(arena, arena_strndup(arena, text, length), &list[used]))
				used++;
			text += length + strspn(text + length, SEPARATORS);
		}
	}
	*out = list;
	*count = used;
}
