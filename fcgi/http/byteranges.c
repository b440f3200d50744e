#include "http/byteranges.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"

struct byteranges
byteranges_frame(struct arena *arena, const char *boundary, const char *type,
    const struct range_set *set, int64_t size)
{
	const char **heads = arena_array(arena, set->count, sizeof(*heads));
	const char *field = type == NULL ? "" : arena_printf(arena, "Content-Type: %s\r\n", type);
	struct byteranges frame = {
		.type = arena_printf(arena, "multipart/byteranges; boundary=%s", boundary),
		.heads = heads,
		.end = arena_printf(arena, "\r\n--%s--\r\n", boundary),
	};

	frame.length = (int64_t)strlen(frame.end);
	for (size_t i = 0; i < set->count; i++) {
		const struct range *range = &set->at[i];

		heads[i] = arena_printf(arena,
		    "%s--%s\r\n%sContent-Range: bytes %" PRId64 "-%" PRId64 "/%" PRId64 "\r\n\r\n",
		    i == 0 ? "" : "\r\n", boundary, field, range->first, range->last, size);
		frame.length += (int64_t)strlen(heads[i]) + range->last - range->first + 1;
	}
	return frame;
}
