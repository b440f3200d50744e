/* cmocka, and the headers that must precede it. */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* For what takes minutes under valgrind and shows it no other code than the tests beside it. */
static inline void
skip_under_valgrind(void)
{
	if (getenv("STOWAGE_VALGRIND") != NULL)
		skip();
}

#endif
