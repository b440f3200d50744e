/* Bytes as lower-case hexadecimal. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>

/* text gets 2 * length characters and a NUL. */
void hex_encode(char *text, const unsigned char *data, size_t length);
/* Read exactly 2 * length lower-case digits; upper case is refused. */
bool hex_decode(unsigned char *data, size_t length, const char *text);

#endif
