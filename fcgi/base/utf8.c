#include "base/utf8.h"

/* Length of the character at text, 0 if it is malformed (Unicode 15, table 3-7). */
static int
character_length(const unsigned char *text)
{
	/* The range of the second byte, which depends on the first. */
	unsigned char min = 0x80, max = 0xbf;
	int length;

	if (text[0] < 0x80)
		return 1;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	length = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	if (text[0] == 0xe0)
		min = 0xa0;
	else if (text[0] == 0xed)
		max = 0x9f;
	else if (text[0] == 0xf0)
		min = 0x90;
	else if (text[0] == 0xf4)
		max = 0x8f;
	if (text[1] < min || text[1] > max)
		return 0;
	for (int i = 2; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

bool
utf8_check(const char *text)
{
	while (*text != '\0') {
		int length = character_length((const unsigned char *)text);

		if (length == 0)
			return false;
		text += length;
	}
	return true;
}

void
utf8_repair(char *text)
{
	while (*text != '\0') {
		int length = character_length((const unsigned char *)text);

		if (length == 0)
			*text = '?';
		text += length == 0 ? 1 : length;
	}
}
