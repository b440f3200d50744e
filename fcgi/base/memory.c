#include "base/memory.h"

#include <setjmp.h>

#include "base/log.h"

static _Thread_local jmp_buf *innermost; /* NULL: outside of memory_try() */

bool
memory_try(void (*function)(void *), void *object)
{
	jmp_buf *const outer = innermost;
	jmp_buf here;

	if (setjmp(here) != 0) {
		innermost = outer;
		return false;
	}
	innermost = &here;
	function(object);
	innermost = outer;
	return true;
}

void
memory_give_up(size_t size)
{
	if (innermost == NULL)
		log_fatal("out of memory: %zu bytes", size);
	log_line(LOG_LEVEL_ERROR, "no memory for %zu bytes of one request", size);
	longjmp(*innermost, 1);
}
