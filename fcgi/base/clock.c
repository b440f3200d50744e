#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "base/banned.h"

int64_t
clock_wall_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int64_t
clock_steady_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The text is empty if the time does not fit. */
static size_t
format_seconds(char text[CLOCK_TEXT_SIZE], int64_t seconds)
{
	time_t time = seconds;
	struct tm utc;
	size_t length = 0;

	if (gmtime_r(&time, &utc) != NULL)
		length = strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
	text[length] = '\0';
	return length;
}

void
clock_text(char text[CLOCK_TEXT_SIZE])
{
	struct timespec now;
	size_t length;

	clock_gettime(CLOCK_REALTIME, &now);
	length = format_seconds(text, now.tv_sec);
	if (length > 0) /* overwrite the Z */
		snprintf(text + length - 1, CLOCK_TEXT_SIZE - length + 1, ".%03uZ",
		    (unsigned)(now.tv_nsec / 1000000) % 1000);
}

void
clock_rfc3339(char text[CLOCK_TEXT_SIZE], int64_t seconds)
{
	format_seconds(text, seconds);
}
