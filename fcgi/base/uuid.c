#include "base/uuid.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/log.h"

/* Digits of each group; a dash separates groups. */
static const size_t groups[] = { 8, 4, 4, 4, 12 };
#define GROUPS (sizeof(groups) / sizeof(groups[0]))

void
uuid_random(char text[UUID_TEXT_SIZE])
{
	unsigned char bytes[16];
	char digits[2 * sizeof(bytes) + 1];
	const char *from = digits;

	if (getentropy(bytes, sizeof(bytes)) == -1)
		log_fatal("no random bytes");
	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
	hex_encode(digits, bytes, sizeof(bytes));
	for (size_t i = 0; i < GROUPS; i++) {
		memcpy(text, from, groups[i]);
		from += groups[i];
		text += groups[i];
		*text++ = i + 1 < GROUPS ? '-' : '\0';
	}
}

bool
uuid_check(const char *text)
{
	for (size_t i = 0; i < GROUPS; i++) {
		for (size_t n = 0; n < groups[i]; n++)
			if (!isxdigit((unsigned char)*text++))
				return false;
		if (*text++ != (i + 1 < GROUPS ? '-' : '\0'))
			return false;
	}
	return true;
}
