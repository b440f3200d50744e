/* JSON of clients, with memory that runs out at any point of it. */
#include "oci/document.h"

#include <stdlib.h>

#include "base/memory.h"
#include "test.h"

#define PIECES_MAX 1000

static unsigned left; /* allocations until one fails; 0: none fails */
static bool persists; /* and all after it */

void *__real_malloc(size_t);
void *__wrap_malloc(size_t);
void *
__wrap_malloc(size_t size)
{
	if (left == 0 || (left > 1 && left--))
		return __real_malloc(size);
	left = persists;
	return NULL;
}

/* Each string ends where the parser's buffer would have to grow for its closing quote. */
static struct bytes
document(void)
{
	static char text[1024];
	size_t n = 0;

	for (size_t length = 14; length < 500; length = 2 * length + 2)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, "%s\"%0*d\"", n == 0 ? "[" : ",", (int)length, 7);
	n += (size_t)snprintf(text + n, sizeof(text) - n, "]");
	return (struct bytes){ text, n };
}

struct load {
	struct arena *arena;
	json_t *json;
};

static void
run_load(void *argument)
{
	struct load *load = argument;
	json_error_t ignored;

	load->json = document_load(load->arena, document(), &ignored);
}

/* True if memory ran out. */
static bool
fails(struct arena *arena, unsigned piece, bool for_good)
{
	struct load load = { .arena = arena };
	char *text;
	bool ok;

	left = piece;
	persists = for_good;
	ok = memory_try(run_load, &load);
	left = 0;
	if (!ok)
		return true;
	assert_non_null(load.json);
	text = json_dumps(load.json, JSON_COMPACT);
	assert_string_equal(text, document().data); /* never a part of it */
	free(text);
	json_decref(load.json);
	return false;
}

static void
want_of_memory_gives_up(void **state)
{
	struct arena *arena = arena_new();
	unsigned failures = 0;

	(void)state;
	document_setup();
	for (unsigned piece = 1; piece < PIECES_MAX; piece++) {
		failures += fails(arena, piece, false);
		failures += fails(arena, piece, true);
	}
	assert_in_range(failures, 20, 2 * PIECES_MAX);
	assert_false(fails(arena, 0, false));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(want_of_memory_gives_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
