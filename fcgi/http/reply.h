/*
 * The response. Status, headers and a small body are buffered until it is sent (reply_send.h), so a
 * late error can still set the status. A control character in a header's value is replaced by '?'
 * and logged as a bug.
 */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"

struct request;

struct reply_line {
	const char *name, *value;
	struct reply_line *next;
};

struct reply {
	int status;       /* 0: not set yet */
	const char *body; /* in the arena or longer-lived */
	size_t body_length;
	bool head;        /* send no body, only its length */
	const char *file; /* absolute path of the file to send, see reply_file() */
	int64_t file_size;
	const struct reply_source *source; /* body that is still arriving, see reply_stream() */
	struct reply_line *headers;        /* private list */
	bool sent;
	int64_t bytes; /* body bytes sent by this process, for the log */
};

/* Create an empty reply in the arena and set request.reply. For HEAD, `head` is set. */
void reply_open(struct request *);
/* Discard status, headers and body, before an error is written. Content-Range is kept: at this
 * point only a refused range has set it, and its 416 must contain it. */
void reply_reset(struct reply *);

/* Set a header, replacing an earlier value of that name. */
void reply_header(struct request *, const char *name, const char *value);
/* Add another line of that name. */
void reply_header_add(struct request *, const char *name, const char *value);
void reply_headerf(struct request *, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);
/* Set Retry-After if the request may be repeated after a while. */
void reply_retry_after(struct request *, const struct error *);
/* Pushed content is data: tell a browser neither to guess its type, nor to run it, nor to frame it.
 * Headers that the handler has set are kept. */
void reply_protect(struct request *);
/* Set status and body; the bytes are borrowed until sent. type NULL: no Content-Type. Such a body
 * has no ranges: a request with Range gets all of it. */
void reply_bytes(struct request *, int status, const char *type, const void *data, size_t length);
void reply_text(struct request *, int status, const char *text); /* text/plain */
/* Set the document, compact, as the body, and free it. Always returns true, so that a handler can
 * end with this call. A NULL document, as json_pack() returns for invalid UTF-8, is a 500. */
bool reply_json(struct request *, int status, json_t *document);
bool reply_empty(struct request *,
    int status); /* Content-Length: 0 where the status allows a body; always true */
/*
 * Send a file: through the web server if STOWAGE_SENDFILE of the vhost names its X-Sendfile header,
 * else streamed by this process. If the web server sends the file, it handles one plain range; any
 * other Range is handled here, and so is every Range of a streamed file. A GET whose ranges are all
 * unsatisfiable is RANGE_NOT_SATISFIABLE, with Content-Range set. INTERNAL if the file is missing
 * or has another size, before anything is sent. The caller sets Content-Type and validators.
 */
bool reply_file(
    struct request *, int status, const char *path, int64_t size, struct error *) MUST_CHECK;

/* A body whose bytes are still arriving while it is sent. */
struct reply_source {
	int64_t size; /* of the whole body; -1: not known yet */
	/* Read at most `size` bytes at `offset`; blocks until there is at least one. 0: end of the
	 * body; -1: the body is cut off. */
	ssize_t (*read)(void *context, int64_t offset, void *buffer, size_t size);
	void *context;
};
/*
 * Send the body, or the requested ranges if the size is known. If the body is cut off, the
 * connection is aborted, so that the client does not take a part for the whole.
 * RANGE_NOT_SATISFIABLE as above.
 */
bool reply_stream(
    struct request *, int status, const struct reply_source *, struct error *) MUST_CHECK;

/* The Range of the request as it applies to the reply; NULL: it does not apply. It applies to GET
 * only (RFC 9110, 14.2), and with If-Range only if the content is unchanged. */
const char *reply_range(const struct request *);
/* Value of a header, or NULL if it is not set; for tests and the log. */
const char *reply_header_value(const struct reply *, const char *name);

#endif
