#include "auth/scope.h"

#include <string.h>

#define SCOPE_TYPE_MAX 64
#define SCOPE_NAME_MAX 320 /* host:port/ and a name */
#define SEPARATORS " +"    /* a blank, also as encoded in forms; names do not contain a plus */

/* Characters that are not allowed in a name must not get into tokens, challenges and logs. */
static bool
is_token(const char *text)
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
	bool *const flags[] = { &access->pull, &access->push, &access->del };

	while (*text != '\0') {
		size_t length = strcspn(text, ",");

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if ((strlen(names[i]) == length && memcmp(names[i], text, length) == 0) ||
			    (length == 1 && *text == '*'))
				*flags[i] = true;
		access->all = access->all || (length == 1 && *text == '*');
		text += length + (text[length] == ',');
	}
}

/* The length of "TYPE" in the `length` characters of "TYPE" or "TYPE(CLASS)"; 0 if malformed. */
static size_t
type_length(const char *text, size_t length)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t type = strspn(text, letters), class;

	if (type == length)
		return type;
	if (text[type] != '(')
		return 0;
	class = strspn(text + type + 1, letters);
	return class > 0 && type + class + 2 == length && text[length - 1] == ')' ? type : 0;
}

/* Read TYPE:NAME:ACTIONS. A name may contain colons; type and actions do not. */
static bool
read_entry(struct arena *arena, const char *text, struct token_access *access)
{
	const char *first = strchr(text, ':'), *last = strrchr(text, ':');
	size_t type, name;

	if (first == last || !is_token(text))
		return false;
	type = type_length(text, (size_t)(first - text));
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

static void
add_actions(struct token_access *access, const struct token_access *more)
{
	access->pull = access->pull || more->pull;
	access->push = access->push || more->push;
	access->del = access->del || more->del;
	access->all = access->all || more->all;
}

/* Replace the entries by general ones, in place; returns how many are left. */
static size_t
generalise(struct token_access *list, size_t count)
{
	struct token_access repository = { .type = "repository", .name = "*", .any_name = true },
			    catalog = { .type = "registry", .name = "catalog" };

	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].type, repository.type) == 0)
			add_actions(&repository, &list[i]);
		else if (strcmp(list[i].type, catalog.type) == 0 &&
			 strcmp(list[i].name, catalog.name) == 0)
			add_actions(&catalog, &list[i]);
	}
	list[0] = repository;
	list[1] = catalog;
	return 2;
}

/* Upper bound of the number of entries: one for every two characters. */
static size_t
max_entries(const char *const *values)
{
	size_t max = 0;

	for (; *values != NULL; values++)
		max += strlen(*values) / 2 + 1;
	return max;
}

void
scope_parse(
    struct arena *arena, const char *const *values, struct token_access **out, size_t *count)
{
	struct token_access *list = arena_array(arena, max_entries(values), sizeof(*list));
	size_t used = 0;

	for (; *values != NULL; values++) {
		const char *text = *values;

		while (*text != '\0') {
			size_t length = strcspn(text, SEPARATORS);

			if (read_entry(arena, arena_strndup(arena, text, length), &list[used]))
				used++;
			text += length + strspn(text + length, SEPARATORS);
		}
	}
	*out = list;
	*count = token_access_fits(list, used) ? used : generalise(list, used);
}
