/* A borrowed run of bytes. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
	const void *data;
	size_t length;
};

/* Write all bytes, in as many calls of write(2) as that takes; false leaves errno. */
bool bytes_write(int fd, struct bytes);

#endif
