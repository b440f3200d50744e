#include "base/arena.h"
#include "base/memory.h"

#include "test.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char order[8];

static void
remember(void *object)
{
	size_t length = strlen(order);

	order[length] = *(const char *)object;
	order[length + 1] = '\0';
}

static bool
is_zero(const unsigned char *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (data[i] != 0)
			return false;
	return true;
}

static void
memory_is_zeroed_and_aligned(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t size = 0; size < 3000; size++) {
		unsigned char *piece = arena_alloc(arena, size);

		assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
		assert_true(is_zero(piece, size));
		memset(piece, 0xa5, size);
	}
	arena_free(arena);
}

static void
memory_is_zeroed_after_a_reset(void **state)
{
	struct arena *arena = arena_new();
	unsigned char *first = arena_alloc(arena, 4000);

	(void)state;
	memset(first, 0xa5, 4000);
	arena_reset(arena);
	assert_ptr_equal(arena_alloc(arena, 4000), first);
	assert_true(is_zero(first, 4000));
	arena_free(arena);
}

static void
pieces_do_not_overlap(void **state)
{
	struct arena *arena = arena_new();
	char *small[100], *large = arena_alloc(arena, 1 << 20);

	(void)state;
	for (int i = 0; i < 100; i++)
		small[i] = arena_printf(arena, "%0*d", 500, i);
	memset(large, 'x', 1 << 20);
	for (int i = 0; i < 100; i++)
		assert_int_equal(strtol(small[i], NULL, 10), i);
	arena_free(arena);
}

static void
deferred_functions_run_once_in_reverse_order(void **state)
{
	struct arena *arena = arena_new();
	char a = 'a', b = 'b', c = 'c';

	(void)state;
	order[0] = '\0';
	arena_defer(arena, remember, &a);
	arena_defer(arena, remember, &b);
	arena_reset(arena);
	assert_string_equal(order, "ba");
	arena_defer(arena, remember, &c);
	arena_free(arena);
	assert_string_equal(order, "bac");
}

static void
text_is_copied_with_its_end(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(arena_strdup(arena, ""), "");
	assert_string_equal(arena_strndup(arena, "layers", 5), "layer");
	assert_string_equal(arena_strndup(arena, NULL, 0), "");
	assert_string_equal(arena_printf(arena, "%s:%d", "a", 7), "a:7");
	assert_int_equal(strlen(arena_printf(arena, "%100000d", 1)), 100000);
	arena_free(arena);
}

static void
a_free_of_nothing_is_fine(void **state)
{
	(void)state;
	arena_free(NULL);
}

/* The size must not wrap around to a small one. */
static void
an_overflowing_array_ends_the_process(void **state)
{
	struct arena *arena = arena_new();
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		arena_array(arena, SIZE_MAX / 2, 4);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	arena_free(arena);
}

static void
allocate_too_much(void *arena)
{
	memset(arena_alloc(arena, 1000000), 1, 1000000);
	(void)arena_alloc(arena, SIZE_MAX / 4);
	fail();
}

/* The client chooses the size: a lack of memory for it must not end the program. */
static void
want_of_memory_can_be_caught(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_false(memory_try(allocate_too_much, arena));
	assert_string_equal(arena_printf(arena, "%d", 7), "7");
	arena_free(arena);
}

static void
try_inner(void *arena)
{
	assert_false(memory_try(allocate_too_much, arena));
	memory_give_up(1);
}

static void
giving_up_ends_the_innermost_try(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_false(memory_try(try_inner, arena));
	assert_false(memory_try(try_inner, arena));
	arena_free(arena);
}

static void
a_child_is_freed_with_its_parent(void **state)
{
	struct arena *parent = arena_new(), *child = arena_child(parent);
	char **slot = arena_slot(parent);

	(void)state;
	assert_null(*slot);
	*slot = strdup("x");
	for (int i = 0; i < 3; i++) {
		assert_string_equal(arena_printf(child, "%s", "y"), "y");
		(void)arena_alloc(child, 100000);
		arena_reset(child);
	}
	arena_free(parent); /* the leak checker looks for the rest */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(memory_is_zeroed_after_a_reset),
		cmocka_unit_test(pieces_do_not_overlap),
		cmocka_unit_test(deferred_functions_run_once_in_reverse_order),
		cmocka_unit_test(text_is_copied_with_its_end),
		cmocka_unit_test(a_free_of_nothing_is_fine),
		cmocka_unit_test(an_overflowing_array_ends_the_process),
		cmocka_unit_test(want_of_memory_can_be_caught),
		cmocka_unit_test(giving_up_ends_the_innermost_try),
		cmocka_unit_test(a_child_is_freed_with_its_parent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
