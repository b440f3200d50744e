#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define RETRY_SECONDS 2 /* when it is not known how long a failure lasts */

static const struct {
	const char *spelling;
	int status;
	const char *message;
} codes[] = { [ERROR_NONE] = { "UNKNOWN", 500, "unknown error" },
#define ERROR_ROW(symbol, spelling, status, message) \
	[ERROR_##symbol] = { spelling, status, message },
	ERROR_TABLE(ERROR_ROW)
#undef ERROR_ROW
};

/* Message and cause are written as JSON, may quote a client's bytes, and may be cut within a
 * character. */
static void PRINTF_LIKE(3, 0) format_text(char *out, size_t size, const char *format, va_list args)
{
	vsnprintf(out, size, format, args);
	utf8_repair(out);
}

bool
error_set(struct error *err, enum error_code code, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return false;
	*err = (struct error){ .code = code };
	if (format == NULL) {
		snprintf(err->message, sizeof(err->message), "%s", codes[code].message);
		return false;
	}
	va_start(args, format);
	format_text(err->message, sizeof(err->message), format, args);
	va_end(args);
	return false;
}

static enum error_code
code_of_errno(int number)
{
	switch (number) {
	case ENOSPC:
	case EDQUOT:
		return ERROR_STORAGE_FULL;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return ERROR_UNAVAILABLE;
	default:
		return ERROR_INTERNAL;
	}
}

bool
error_errno(struct error *err, const char *format, ...)
{
	int number = errno;
	va_list args;

	if (err == NULL)
		return false;
	*err = (struct error){ .code = code_of_errno(number) };
	va_start(args, format);
	format_text(err->message, sizeof(err->message), format, args);
	va_end(args);
	/* The only errno that a client can react to: retry later, or tell the operator. */
	if (err->code == ERROR_STORAGE_FULL) {
		size_t length = strlen(err->message);

		snprintf(err->message + length, sizeof(err->message) - length, ": %s",
		    codes[ERROR_STORAGE_FULL].message);
	}
	errno = number;
	snprintf(err->cause, sizeof(err->cause), "%m"); /* strerror() is not thread-safe */
	errno = number;
	return false;
}

bool
error_cause(struct error *err, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return false;
	va_start(args, format);
	format_text(err->cause, sizeof(err->cause), format, args);
	va_end(args);
	return false;
}

const char *
error_spelling(enum error_code code)
{
	return codes[code].spelling;
}

int
error_status(const struct error *err)
{
	return err->status != 0 ? err->status : codes[err->code].status;
}

int64_t
error_retry_after(const struct error *err)
{
	int status = error_status(err);

	if (err->retry_after > 0 && (status == 429 || status == 502))
		return err->retry_after;
	return status == 429 || status == 503 ? RETRY_SECONDS : 0;
}
