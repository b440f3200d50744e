/* One line on stderr per event, in logfmt (key=value, values quoted where needed), with the <N>
 * level prefix that journald understands. Never log secrets, tokens or query strings. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

/* Each line contains the program's name; lines above `level` are dropped. */
void log_open(const char *program, enum log_level level);
bool log_level_parse(const char *text, enum log_level *);
/* Log a message: msg="…". */
void log_line(enum log_level, const char *format, ...) PRINTF_LIKE(2, 3);
/* Log key=value pairs that are already encoded, after time, level and program. */
void log_fields(enum log_level, const char *fields);
/* Write text into out (size bytes) as a logfmt value: quoted and escaped if necessary, cut if too
 * long. A control character never starts a new line. Returns out. */
const char *log_quote(char *out, size_t size, const char *text);
/* log_line at error level, then exit(1). */
void log_fatal(const char *format, ...) PRINTF_LIKE(1, 2) NORETURN;

#endif
