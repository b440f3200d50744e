/* Text that comes from outside is UTF-8 or refused. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>

/* Well-formed UTF-8 (RFC 3629): nothing overlong, no surrogates, nothing above U+10FFFF. */
bool utf8_check(const char *text);
/* Put '?' in place of each byte that belongs to no character, for example where a text was cut. */
void utf8_repair(char *text);

#endif
