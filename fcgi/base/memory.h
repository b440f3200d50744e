/*
 * Lack of memory ends the request, not the program.
 *
 * A function that finds no memory for a request gives up: memory_give_up() returns from the
 * innermost memory_try() of its thread, without going through the functions in between. Whatever
 * these hold must therefore be tied to an arena, or released by a memory_try() of theirs: with a
 * lock or a slot held, or called back by a library, call what may give up through memory_try(),
 * clean up, and give up again. Outside of memory_try(), as at the start, the program ends, and the
 * parent starts another worker.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/banned.h"

/* Call function(object). false: it gave up; only what it stored in *object before is known. */
bool memory_try(void (*function)(void *), void *object) MUST_CHECK;
/* size: how many bytes were missing, as far as known; for the log. */
void memory_give_up(size_t size) NORETURN;

#endif
