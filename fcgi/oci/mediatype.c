#include "oci/mediatype.h"

#include <string.h>

#define RESTRICTED_NAME_MAX 127

/* Length of the restricted-name (RFC 6838, 4.2) at text; 0 if text does not start with one. */
static size_t
restricted_name(const char *text)
{
	static const char first[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "!#$&-^_.+";
	size_t length = strspn(text, first) > 0 ? strspn(text, more) : 0;

	return length <= RESTRICTED_NAME_MAX ? length : 0;
}

static bool
has_control_character(const char *text)
{
	for (; *text != '\0'; text++)
		if ((*text > 0 && *text < ' ' && *text != '\t') || *text == 0x7f)
			return true;
	return false;
}

bool
mediatype_parse(char out[MEDIATYPE_MAX_LENGTH + 1], const char *content_type, struct error *err)
{
	const char *text = content_type + strspn(content_type, " \t");
	size_t type = restricted_name(text), subtype, length;
	const char *rest;

	if (type == 0 || text[type] != '/' || (subtype = restricted_name(text + type + 1)) == 0)
		return error_set(err, ERROR_MEDIA_TYPE, "malformed media type");
	length = type + 1 + subtype;
	rest = text + length + strspn(text + length, " \t");
	if ((*rest != '\0' && *rest != ';') || has_control_character(rest))
		return error_set(err, ERROR_MEDIA_TYPE, "malformed media type");
	for (size_t i = 0; i < length; i++)
		out[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]);
	out[length] = '\0';
	return true;
}

bool
mediatype_is_manifest(const char *type)
{
	static const char *const types[] = { MEDIATYPE_OCI_MANIFEST, MEDIATYPE_OCI_INDEX,
		MEDIATYPE_OCI_ARTIFACT, MEDIATYPE_DOCKER_MANIFEST, MEDIATYPE_DOCKER_LIST,
		MEDIATYPE_DOCKER_SCHEMA1, MEDIATYPE_DOCKER_SCHEMA1_SIGNED };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

bool
mediatype_is_json(const char *type)
{
	size_t length = strlen(type), suffix = strlen("+json");

	return strcmp(type, MEDIATYPE_JSON) == 0 ||
	       (length > suffix && strcmp(type + length - suffix, "+json") == 0);
}

bool
mediatype_is_printable(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return length > 0 && length <= MEDIATYPE_MAX_LENGTH;
}
