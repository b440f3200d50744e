/*
 * Functions that are banned here: they overrun buffers, share hidden state between threads, or hide
 * errors. A call expands to an identifier that does not exist. The headers that declare them are
 * included first, so that the macros do not affect them.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef gets
#undef strcpy
#undef stpcpy
#undef strncpy
#undef strcat
#undef strncat
#undef sprintf
#undef vsprintf
#undef strtok
#undef atoi
#undef atol
#undef atoll
#undef atof
#undef rand
#undef srand
#undef gmtime
#undef localtime
#undef asctime
#undef ctime
#undef strerror

#define gets(...) gets_is_banned_use_getline
#define strcpy(...) strcpy_is_banned_use_arena_strdup
#define stpcpy(...) stpcpy_is_banned_use_memcpy
#define strncpy(...) strncpy_is_banned_use_memcpy
#define strcat(...) strcat_is_banned_use_arena_printf
#define strncat(...) strncat_is_banned_use_arena_printf
#define sprintf(...) sprintf_is_banned_use_snprintf
#define vsprintf(...) vsprintf_is_banned_use_vsnprintf
#define strtok(...) strtok_is_banned_use_strcspn
#define atoi(...) atoi_is_banned_use_strtoll
#define atol(...) atol_is_banned_use_strtoll
#define atoll(...) atoll_is_banned_use_strtoll
#define atof(...) atof_is_banned_use_strtod
#define rand(...) rand_is_banned_use_gnutls_rnd
#define srand(...) srand_is_banned_use_gnutls_rnd
#define gmtime(...) gmtime_is_banned_use_gmtime_r
#define localtime(...) localtime_is_banned_use_gmtime_r
#define asctime(...) asctime_is_banned_use_clock_rfc3339
#define ctime(...) ctime_is_banned_use_clock_rfc3339
#define strerror(...) strerror_is_banned_use_error_errno

#endif
