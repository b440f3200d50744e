#include "base/hex.h"

static const char digits[] = "0123456789abcdef";

void
hex_encode(char *text, const unsigned char *data, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		*text++ = digits[data[i] >> 4];
		*text++ = digits[data[i] & 15];
	}
	*text = '\0';
}

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
hex_decode(unsigned char *data, size_t length, const char *text)
{
	for (size_t i = 0; i < length; i++) {
		int high = digit_value(text[2 * i]);
		/* If the text ends early, its NUL is not a digit, and the byte after it is not
		 * read. */
		int low = high == -1 ? -1 : digit_value(text[2 * i + 1]);

		if (low == -1)
			return false;
		data[i] = (unsigned char)(high << 4 | low);
	}
	return text[2 * length] == '\0';
}
