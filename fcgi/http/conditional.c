#include "http/conditional.h"

#include <string.h>

bool
conditional_etag_matches(const char *header, const char *etag)
{
	size_t length = strlen(etag);

	if (header == NULL)
		return false;
	for (const char *p = header; *p != '\0';) {
		p += strspn(p, " \t,");
		if (*p == '*')
			return true;
		if (strncmp(p, "W/", 2) == 0)
			p += 2;
		/* Some clients omit the quotes. */
		if (*p == '"')
			p++;
		if (strncmp(p, etag, length) == 0 &&
		    (p[length] == '"' || p[length] == '\0' || p[length] == ',' || p[length] == ' '))
			return true;
		p += strcspn(p, ",");
	}
	return false;
}
