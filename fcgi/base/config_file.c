#include "base/config_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_value.h"

#define NAME_LENGTH_MAX 64 /* characters, of a section */

/* Cut blanks at both ends, in place. */
static char *
trim(char *text)
{
	char *end;

	text += strspn(text, " \t\r\n");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r\n", end[-1]) != NULL)
		*--end = '\0';
	return text;
}

static bool
refuse_key(const char *section, const char *key, const char *place, struct error *err)
{
	const char *now = config_renamed(section, key);

	if (now != NULL)
		return error_set(
		    err, ERROR_INTERNAL, "%s: %s.%s is now called %s", place, section, key, now);
	return error_set(err, ERROR_INTERNAL, "%s: unknown key %.64s in [%s]", place, key, section);
}

struct reader {
	struct arena *arena;
	struct config *config;
	const char *section;        /* of the table; NULL before the first */
	struct config_named *named; /* the section, if it is one with a name */
	bool seen[CONFIG_OPTIONS_MAX], named_seen[CONFIG_OPTIONS_MAX];
};

/* Set the defaults of options that are missing: in the current named section, or (section NULL) in
 * all others. */
static bool
set_defaults(struct reader *reader, const char *section, const char *place, struct error *err)
{
	const bool *seen = section == NULL ? reader->seen : reader->named_seen;
	void *target = section == NULL ? (void *)reader->config : (void *)reader->named;

	for (size_t i = 0; i < config_option_count; i++) {
		const struct config_option *option = &config_options[i];

		if (seen[i] || (section == NULL ? config_list_find(option->section) != NULL
						: strcmp(option->section, section) != 0))
			continue;
		if (option->standard == NULL)
			return error_set(err, ERROR_INTERNAL, "%s: [%s \"%s\"] has no %s", place,
			    section, reader->named->name, option->key);
		if (!config_value_set(reader->arena, target, option, option->standard))
			return config_value_refuse(option, option->standard, "default", err);
	}
	return true;
}

/* End a section: if it has a name, set its defaults. */
static bool
end_section(struct reader *reader, const char *place, struct error *err)
{
	return reader->named == NULL || set_defaults(reader, reader->section, place, err);
}

/* The name between the quotes: letters, digits and .-_; NULL if it is anything else. */
static char *
section_name(struct arena *arena, const char *quoted)
{
	size_t length = strspn(quoted, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				       "0123456789._-");

	if (length == 0 || length > NAME_LENGTH_MAX || strcmp(quoted + length, "\"") != 0)
		return NULL;
	return arena_strndup(arena, quoted, length);
}

/* Append a new element to its list. */
static bool
begin_named(struct reader *reader, const struct config_list *list, char *quoted, const char *place,
    struct error *err)
{
	struct config_named **end = (struct config_named **)(void *)((char *)reader->config +
								     list->offset);
	char *name = section_name(reader->arena, quoted);

	if (name == NULL)
		return error_set(err, ERROR_INTERNAL,
		    "%s: name must be 1 to %d letters, digits, dots, hyphens and underscores",
		    place, NAME_LENGTH_MAX);
	for (; *end != NULL; end = &(*end)->next)
		if (strcmp((*end)->name, name) == 0)
			return error_set(err, ERROR_INTERNAL, "%s: [%s \"%s\"] is defined twice",
			    place, list->section, name);
	reader->named = *end = arena_alloc(reader->arena, list->size);
	reader->named->name = name;
	memset(reader->named_seen, 0, sizeof(reader->named_seen));
	return true;
}

static bool
read_section(struct reader *reader, char *text, const char *place, struct error *err)
{
	size_t length = strlen(text);
	const struct config_option *option;
	const struct config_list *list;
	char *quoted;

	if (!end_section(reader, place, err))
		return false;
	if (text[length - 1] != ']')
		return error_set(
		    err, ERROR_INTERNAL, "%s: a section must be written [NAME]", place);
	text[length - 1] = '\0';
	text = trim(text + 1);
	if ((quoted = strchr(text, '"')) != NULL)
		*quoted++ = '\0';
	if ((option = config_option_find(trim(text), NULL)) == NULL)
		return error_set(err, ERROR_INTERNAL, "%s: unknown section [%.64s]", place, text);
	reader->section = option->section;
	reader->named = NULL;
	list = config_list_find(option->section);
	if ((list == NULL) != (quoted == NULL))
		return error_set(err, ERROR_INTERNAL, "%s: this section must be written [%s%s]",
		    place, option->section, list == NULL ? "" : " \"NAME\"");
	return list == NULL || begin_named(reader, list, quoted, place, err);
}

/* A comment after a value is refused, else it would silently become a part of the value, for
 * example of a path. A connection string may quote a password that looks like one. */
static bool
has_comment(const char *text)
{
	bool quoted = false;

	for (; *text != '\0'; text++) {
		quoted ^= *text == '\'';
		if (!quoted && (*text == ' ' || *text == '\t') &&
		    (text[1] == '#' || text[1] == ';'))
			return true;
	}
	return false;
}

static bool
set_value(struct reader *reader, const struct config_option *option, const char *text,
    const char *place, struct error *err)
{
	void *section = reader->named == NULL ? (void *)reader->config : (void *)reader->named;

	if (has_comment(text))
		return error_set(err, ERROR_INTERNAL,
		    "%s: %s.%s: a comment must be a line of its own", place, option->section,
		    option->key);
	return config_value_set(reader->arena, section, option, text) ||
	       config_value_refuse(option, text, place, err);
}

static bool
read_line(struct reader *reader, char *text, const char *place, struct error *err)
{
	bool *seen = reader->named == NULL ? reader->seen : reader->named_seen;
	const struct config_option *option;
	char *equals, *key;

	text = trim(text);
	if (*text == '\0' || *text == '#' || *text == ';')
		return true;
	if (*text == '[')
		return read_section(reader, text, place, err);
	if ((equals = strchr(text, '=')) == NULL)
		return error_set(
		    err, ERROR_INTERNAL, "%s: must be [SECTION] or KEY = VALUE", place);
	*equals = '\0';
	key = trim(text);
	if (reader->section == NULL)
		return error_set(err, ERROR_INTERNAL, "%s: key before the first [SECTION]", place);
	if ((option = config_option_find(reader->section, key)) == NULL)
		return refuse_key(reader->section, key, place, err);
	if (seen[option - config_options])
		return error_set(err, ERROR_INTERNAL, "%s: %s.%s is set twice", place,
		    option->section, option->key);
	seen[option - config_options] = true;
	return set_value(reader, option, trim(equals + 1), place, err);
}

static bool
read_file(struct reader *reader, const char *path, struct error *err)
{
	FILE *file = fopen(path, "re");
	size_t size = 0;
	ssize_t length;
	char *line = NULL;
	bool ok = true;

	if (file == NULL)
		return error_errno(err, "cannot read the settings file %s", path);
	for (int number = 1; ok && (length = getline(&line, &size, file)) != -1; number++) {
		char place[160];

		snprintf(place, sizeof(place), "%s:%d", path, number);
		if (strlen(line) != (size_t)length)
			ok = error_set(
			    err, ERROR_INTERNAL, "%s: must not contain a NUL byte", place);
		else
			ok = read_line(reader, line, place, err);
	}
	if (ok && ferror(file))
		ok = error_errno(err, "cannot read the settings file %s", path);
	free(line);
	fclose(file);
	return ok;
}

bool
config_file_read(struct arena *arena, struct config *config, const char *path, struct error *err)
{
	struct reader reader = { .arena = arena, .config = config };

	return read_file(&reader, path, err) && end_section(&reader, path, err) &&
	       set_defaults(&reader, NULL, path, err);
}
