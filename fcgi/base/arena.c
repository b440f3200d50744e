#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"

/* Most requests fit one block; a piece larger than a quarter of it gets a block of its own. */
#define BLOCK_BYTES ((size_t)16 * 1024)
#define SMALL_TEXT 256 /* formatted once; longer text is formatted again into its final place */

struct block {
	struct block *next;
	size_t size; /* of data */
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

struct deferred {
	struct deferred *next;
	void (*function)(void *);
	void *object;
};

struct arena {
	struct block *first;       /* owned, kept by a reset */
	struct block *current;     /* the block that the next piece is cut from */
	struct block *others;      /* owned: every block but the first */
	struct deferred *deferred; /* last registered first; allocated in the arena itself */
};

/* NULL if memory is exhausted. */
static struct block *
block_try(size_t size)
{
	struct block *block = NULL;

	if (size <= SIZE_MAX - sizeof(*block))
		block = calloc(1, sizeof(*block) + size);
	if (block != NULL)
		block->size = size;
	return block;
}

static struct block *
block_new(size_t size)
{
	struct block *block = block_try(size);

	if (block == NULL)
		memory_give_up(size);
	return block;
}

struct arena *
arena_try_new(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		return NULL;
	arena->first = arena->current = block_try(BLOCK_BYTES);
	if (arena->first != NULL)
		return arena;
	free(arena);
	return NULL;
}

struct arena *
arena_new(void)
{
	struct arena *arena = arena_try_new();

	if (arena == NULL)
		memory_give_up(BLOCK_BYTES);
	return arena;
}

static void
free_child(void *slot)
{
	arena_free(*(struct arena **)slot);
}

struct arena *
arena_child(struct arena *parent)
{
	struct arena **slot = arena_alloc(parent, sizeof(struct arena *));

	arena_defer(parent, free_child, slot);
	*slot = arena_new();
	return *slot;
}

void
arena_reset(struct arena *arena)
{
	while (arena->deferred != NULL) {
		struct deferred *deferred = arena->deferred;

		arena->deferred = deferred->next;
		deferred->function(deferred->object);
	}
	while (arena->others != NULL) {
		struct block *block = arena->others;

		arena->others = block->next;
		free(block);
	}
	/* A new block is zeroed; only this one has been used before. */
	memset(arena->first->data, 0, arena->first->used);
	arena->first->used = 0;
	arena->current = arena->first;
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	arena_reset(arena);
	free(arena->first);
	free(arena);
}

static struct block *
arena_grow(struct arena *arena, size_t size)
{
	bool alone = size > BLOCK_BYTES / 4;
	struct block *block = block_new(alone ? size : BLOCK_BYTES);

	block->next = arena->others;
	arena->others = block;
	if (!alone)
		arena->current = block;
	return block;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct block *block = arena->current;
	void *piece;

	if (size > SIZE_MAX - alignof(max_align_t))
		memory_give_up(size);
	/* An empty piece gets an address of its own, too. */
	size = size == 0 ? alignof(max_align_t) : size + (-size & (alignof(max_align_t) - 1));
	if (size > block->size - block->used)
		block = arena_grow(arena, size);
	piece = block->data + block->used;
	block->used += size;
	return piece;
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		memory_give_up(SIZE_MAX);
	return arena_alloc(arena, total);
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *
arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	if (length > 0)
		memcpy(copy, text, length);
	return copy;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

char *
arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	char small[SMALL_TEXT], *text;
	va_list copy;
	int length;

	va_copy(copy, args);
	length = vsnprintf(small, sizeof(small), format, copy);
	va_end(copy);
	if (length < 0)
		log_fatal("cannot format \"%s\"", format);
	if ((size_t)length < sizeof(small))
		return arena_strndup(arena, small, (size_t)length);
	text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, args);
	return text;
}

void
arena_defer(struct arena *arena, void (*function)(void *), void *object)
{
	struct deferred *deferred = arena_alloc(arena, sizeof(*deferred));

	*deferred = (struct deferred){
		.next = arena->deferred, .function = function, .object = object
	};
	arena->deferred = deferred;
}

static void
free_slot(void *slot)
{
	free(*(char **)slot);
}

char **
arena_slot(struct arena *arena)
{
	char **slot = arena_alloc(arena, sizeof(char *));

	arena_defer(arena, free_slot, slot);
	return slot;
}
