#include "oci/base64.h"

#include <gnutls/gnutls.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"

char *
base64_encode(struct arena *arena, const void *data, size_t length)
{
	gnutls_datum_t in = { .data = (unsigned char *)(uintptr_t)data, .size = (unsigned)length },
		       out;
	char *text;

	if (gnutls_base64_encode2(&in, &out) != GNUTLS_E_SUCCESS)
		memory_give_up(length);
	text = arena_strndup(arena, (const char *)out.data, out.size);
	gnutls_free(out.data);
	return text;
}

char *
base64_url_encode(struct arena *arena, const void *data, size_t length)
{
	char *text = base64_encode(arena, data, length);

	for (char *c = text; *c != '\0'; c++)
		if (*c == '+')
			*c = '-';
		else if (*c == '/')
			*c = '_';
	text[strcspn(text, "=")] = '\0';
	return text;
}

bool
base64_url_decode(struct arena *arena, const char *text, size_t length, struct bytes *bytes)
{
	gnutls_datum_t in, out;
	char *standard, *copy;
	size_t padded;

	while (length > 0 && text[length - 1] == '=')
		length--;
	padded = (length + 3) / 4 * 4;
	standard = arena_alloc(arena, padded + 1);
	for (size_t i = 0; i < length; i++) {
		bool is_digit = (text[i] >= 'a' && text[i] <= 'z') ||
				(text[i] >= 'A' && text[i] <= 'Z') ||
				(text[i] >= '0' && text[i] <= '9');

		if (!is_digit && text[i] != '-' && text[i] != '_')
			return false;
		standard[i] = (char)(text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]);
	}
	memset(standard + length, '=', padded - length);
	in = (gnutls_datum_t){ .data = (unsigned char *)standard, .size = (unsigned)padded };
	if (length == 0 || gnutls_base64_decode2(&in, &out) != GNUTLS_E_SUCCESS)
		return false;
	copy = arena_alloc(arena, out.size + 1);
	memcpy(copy, out.data, out.size);
	copy[out.size] = '\0';
	*bytes = (struct bytes){ copy, out.size };
	gnutls_free(out.data);
	return true;
}
