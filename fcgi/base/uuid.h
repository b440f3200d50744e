/* UUIDs (RFC 9562) of requests, upload sessions and lease holders. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>

#define UUID_TEXT_SIZE sizeof("00000000-0000-4000-8000-000000000000")

/* Write a random UUID, version 4. */
void uuid_random(char text[UUID_TEXT_SIZE]);
/* True if text is a UUID in the form that uuid_random() writes. */
bool uuid_check(const char *text);

#endif
