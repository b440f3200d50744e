/* Text from outside must be UTF-8, else it is refused. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>

/* True for well-formed UTF-8 (RFC 3629): not overlong, no surrogates, nothing above U+10FFFF. */
bool utf8_check(const char *text);
/* Replace each byte that is not part of a character by '?', for example where a text was cut. */
void utf8_repair(char *text);

#endif
