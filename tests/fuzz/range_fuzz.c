/* Range and Content-Range: accepted ranges are within the content. */
#include "fuzz.h"

#include "base/arena.h"
#include "http/range.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t sizes[] = { 0, 1, 10, 1000, INT64_C(1) << 40, INT64_MAX };
	struct arena *arena = arena_new();
	const char *text = arena_strndup(arena, (const char *)data, size);
	int64_t first = -1, last = -1;
	struct range_set set;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (range_parse(text, sizes[i], &set) == RANGE_SOME) {
			MUST(set.count > 0 && (set.count == 1 || !range_is_plain(text)));
			for (size_t j = 0; j < set.count; j++)
				MUST(set.at[j].first >= 0 && set.at[j].first <= set.at[j].last &&
				     set.at[j].last < sizes[i]);
		}
	if (range_parse_content(text, &first, &last))
		MUST(first >= 0 && first <= last);
	arena_free(arena);
	return 0;
}
