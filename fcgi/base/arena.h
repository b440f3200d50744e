/*
 * Memory with one lifetime: a request, a command, a page of a check.
 *
 * Allocation never fails: it gives up (base/memory.h). Memory is aligned for any type and comes
 * zeroed. Handles of other libraries are tied to the arena with arena_defer(); deferred functions
 * run in reverse order when the arena is reset or freed. An arena belongs to one thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/banned.h"

struct arena;

struct arena *arena_new(void) RETURNS_NONNULL;
struct arena *arena_try_new(void) MUST_CHECK; /* NULL if memory is exhausted */
/* For a part of the work, whose memory is to be released early, by arena_reset(): freed with its
 * parent. */
struct arena *arena_child(struct arena *parent) RETURNS_NONNULL;
void arena_free(struct arena *); /* NULL is fine */
/* Run the deferred functions and release everything but the first block, which is used again. */
void arena_reset(struct arena *);

void *arena_alloc(struct arena *, size_t size) RETURNS_NONNULL;
/* count * size bytes; an overflow counts as a failed allocation. */
void *arena_array(struct arena *, size_t count, size_t size) RETURNS_NONNULL;
char *arena_strdup(struct arena *, const char *) RETURNS_NONNULL;
/* Copy `length` bytes and end them with NUL. */
char *arena_strndup(struct arena *, const char *, size_t length) RETURNS_NONNULL;
char *arena_printf(struct arena *, const char *format, ...) RETURNS_NONNULL PRINTF_LIKE(2, 3);
char *
arena_vprintf(struct arena *, const char *format, va_list)
RETURNS_NONNULL PRINTF_LIKE(2, 0);

/* Call function(object) when the arena is reset or freed. */
void arena_defer(struct arena *, void (*function)(void *), void *object);
/* A place, now NULL, for memory of malloc() that is freed with the arena. */
char **arena_slot(struct arena *) RETURNS_NONNULL;

#endif
