/* The wall clock for tokens and log lines, the monotonic clock for durations. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_TEXT_SIZE sizeof("2026-01-02T03:04:05.678Z")

int64_t clock_wall_seconds(void); /* since 1970, UTC */
int64_t clock_steady_ms(void);    /* never goes back */
/* RFC 3339 in UTC with milliseconds, for log lines. */
void clock_text(char text[CLOCK_TEXT_SIZE]);
/* RFC 3339 in UTC with seconds, for documents. */
void clock_rfc3339(char text[CLOCK_TEXT_SIZE], int64_t seconds);

#endif
