#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/bytes.h"
#include "base/clock.h"

#define LINE_MAX_BYTES 8192

static const struct {
	enum log_level level;
	const char *name;
} levels[] = {
	{ LOG_LEVEL_ERROR, "error" },
	{ LOG_LEVEL_WARNING, "warning" },
	{ LOG_LEVEL_INFO, "info" },
	{ LOG_LEVEL_DEBUG, "debug" },
};

/* Set once, before threads start. */
static const char *log_program = "stowage";
static enum log_level max_level = LOG_LEVEL_INFO;

void
log_open(const char *program, enum log_level level)
{
	log_program = program;
	max_level = level;
}

bool
log_level_parse(const char *text, enum log_level *out)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(text, levels[i].name) == 0) {
			*out = levels[i].level;
			return true;
		}
	return false;
}

static const char *
level_name(enum log_level level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (levels[i].level == level)
			return levels[i].name;
	return "info";
}

/* The bytes that stand for `c` inside quotes: itself, or an escape. */
static size_t
escape(char out[5], unsigned char c)
{
	if (c == '"' || c == '\\')
		return (size_t)snprintf(out, 5, "\\%c", c);
	if (c == '\n')
		return (size_t)snprintf(out, 5, "\\n");
	if (c < 0x20 || c >= 0x7f)
		return (size_t)snprintf(out, 5, "\\x%02x", c);
	out[0] = (char)c;
	return 1;
}

static bool
is_plain(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text >= 0x7f || strchr("\"\\=", *text) != NULL)
			return false;
	return true;
}

const char *
log_quote(char *out, size_t size, const char *text)
{
	size_t used = 0;

	if (size < sizeof("\"\"")) {
		if (size > 0)
			out[0] = '\0';
		return out;
	}
	if (strlen(text) < size && is_plain(text)) {
		memcpy(out, text, strlen(text) + 1);
		return out;
	}
	out[used++] = '"';
	for (; *text != '\0'; text++) {
		char piece[5];
		size_t length = escape(piece, (unsigned char)*text);

		if (used + length + sizeof("\"") > size)
			break;
		memcpy(out + used, piece, length);
		used += length;
	}
	out[used++] = '"';
	out[used] = '\0';
	return out;
}

/* One write per line, so that lines of threads and processes do not mix. A failure cannot be
 * reported anywhere. */
void
log_fields(enum log_level level, const char *fields)
{
	char line[LINE_MAX_BYTES], now[CLOCK_TEXT_SIZE];
	size_t length;

	if (level > max_level)
		return;
	clock_text(now);
	snprintf(line, sizeof(line) - 1, "<%d>time=%s level=%s program=%s %s", (int)level, now,
	    level_name(level), log_program, fields);
	length = strlen(line);
	line[length++] = '\n';
	(void)bytes_write(STDERR_FILENO, (struct bytes){ line, length });
}

static void PRINTF_LIKE(2, 0) log_message(enum log_level level, const char *format, va_list args)
{
	char message[LINE_MAX_BYTES / 4], fields[LINE_MAX_BYTES / 2] = "msg=";

	vsnprintf(message, sizeof(message), format, args);
	log_quote(fields + strlen(fields), sizeof(fields) - strlen(fields), message);
	log_fields(level, fields);
}

void
log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	if (level > max_level)
		return;
	va_start(args, format);
	log_message(level, format, args);
	va_end(args);
}

void
log_fatal(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_message(LOG_LEVEL_ERROR, format, args);
	va_end(args);
	exit(1);
}
