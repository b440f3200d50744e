#include "oci/name.h"

#include <stddef.h>
#include <string.h>

static bool
is_lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_alnum(char c)
{
	return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

/* The end of a separator (".", "_", "__" or dashes) at text; text itself if it does not start with
 * one. */
static const char *
skip_separator(const char *text)
{
	if (*text == '.')
		return text + 1;
	if (*text == '_')
		return text + (text[1] == '_' ? 2 : 1);
	return text + strspn(text, "-");
}

/* The end of a component ("alpine", "my__own-base.2") at text; NULL if text is malformed. */
static const char *
skip_component(const char *text)
{
	for (;;) {
		const char *next;

		if (!is_lower_alnum(*text))
			return NULL;
		while (is_lower_alnum(*text))
			text++;
		if ((next = skip_separator(text)) == text)
			return text;
		text = next;
	}
}

bool
name_check(const char *name, struct error *err)
{
	const char *text = name;

	if (strnlen(name, NAME_MAX_LENGTH + 1) > NAME_MAX_LENGTH)
		return error_set(
		    err, ERROR_NAME_INVALID, "name: must have at most %d bytes", NAME_MAX_LENGTH);
	while ((text = skip_component(text)) != NULL) {
		if (*text == '\0')
			return true;
		if (*text++ != '/')
			break;
	}
	return error_set(err, ERROR_NAME_INVALID, NULL);
}

/* True for letters, digits and characters of `inner`, if the first one is a letter, a digit or in
 * `leading`. */
static bool
check_characters(const char *text, const char *leading, const char *inner, size_t max)
{
	size_t length = strnlen(text, max + 1);

	if (length == 0 || length > max || (!is_alnum(text[0]) && strchr(leading, text[0]) == NULL))
		return false;
	for (size_t i = 1; i < length; i++)
		if (!is_alnum(text[i]) && strchr(inner, text[i]) == NULL)
			return false;
	return true;
}

bool
name_check_tag(const char *tag, struct error *err)
{
	return check_characters(tag, "_", "._-", TAG_MAX_LENGTH) ||
	       error_set(err, ERROR_TAG_INVALID, "invalid tag");
}

bool
name_check_key(const char *key, struct error *err)
{
	return check_characters(key, "", "._-", 64) ||
	       error_set(err, ERROR_BAD_REQUEST, "invalid repository key");
}
