/* A run of bytes somebody else owns. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
	const void *data;
	size_t length;
};

/* Write all of it, whatever write(2) takes at a time; false leaves errno. */
bool bytes_write(int fd, struct bytes);

#endif
