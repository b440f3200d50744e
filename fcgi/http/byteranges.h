/* The frame of a body of type multipart/byteranges (RFC 9110, 14.6). */
#ifndef HTTP_BYTERANGES_H
#define HTTP_BYTERANGES_H

#include <stddef.h>
#include <stdint.h>

#include "http/range.h"

struct arena;

struct byteranges {
	const char *type;         /* of the whole body, with the boundary */
	const char *const *heads; /* what precedes the bytes of each range of the set */
	const char *end;          /* what follows the last */
	int64_t length;           /* of the body */
};

/* Frame the ranges of content of `size` bytes and the given type (NULL: unknown). The boundary
 * must not occur in the content. Everything lives in the arena. */
struct byteranges byteranges_frame(
    struct arena *, const char *boundary, const char *type, const struct range_set *, int64_t size);

#endif
