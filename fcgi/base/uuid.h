/* UUIDs (RFC 9562): of requests, upload sessions and owners. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>

#define UUID_TEXT_SIZE sizeof("00000000-0000-4000-8000-000000000000")

/* A random one, version 4. */
void uuid_random(char text[UUID_TEXT_SIZE]);
/* Is the text one, as we write them? */
bool uuid_check(const char *text);

#endif
