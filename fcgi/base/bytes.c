#include "base/bytes.h"

#include <errno.h>
#include <unistd.h>

bool
bytes_write(int fd, struct bytes bytes)
{
	const char *next = bytes.data;
	size_t left = bytes.length;

	while (left > 0) {
		ssize_t written = write(fd, next, left);

		if (written == -1 && errno == EINTR)
			continue;
		if (written == -1)
			return false;
		next += written;
		left -= (size_t)written;
	}
	return true;
}
