/* The framing of a multipart/byteranges body (RFC 9110, 14.6). */
#ifndef HTTP_BYTERANGES_H
#define HTTP_BYTERANGES_H

#include <stddef.h>
#include <stdint.h>

#include "http/range.h"

struct arena;

struct byteranges {
	const char *type;         /* Content-Type of the whole body, with the boundary */
	const char *const *heads; /* text before the bytes of each range of the set */
	const char *end;          /* text after the last range */
	int64_t length;           /* of the body */
};

/* Frame the ranges of content with `size` bytes and this type (NULL: unknown). The boundary must
 * not occur in the content. Everything is in the arena. */
struct byteranges byteranges_frame(
    struct arena *, const char *boundary, const char *type, const struct range_set *, int64_t size);

#endif
