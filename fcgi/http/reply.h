/*
 * The answer. Status, headers and a small body are buffered until reply_send(), so a late error can
 * still choose the status. A control character in a header's value is sent as '?', and logged as
 * the mistake of ours that it is.
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

struct reply {
	int status;       /* 0: none chosen yet */
	const char *body; /* in the arena or longer-lived */
	size_t body_length;
	bool head;        /* send no body, but announce its length */
	const char *file; /* absolute path to be sent, see reply_file() */
	int64_t file_size;
	const struct reply_source *source; /* of a body that is still coming, see reply_stream() */
	struct header *headers;            /* private list */
	bool sent;
	int64_t bytes; /* body bytes sent by us, for the log */
};

/* A fresh reply in the arena, bound to the request (request.reply). HEAD is noted. */
void reply_open(struct request *);
/* Forget status, headers and body; for the error writer. Content-Range stays: only a refused range
 * has set it by then, and its 416 must say it. */
void reply_reset(struct reply *);

void reply_status(struct request *, int status);
/* Set, replacing an earlier value of that name. */
void reply_header(struct request *, const char *name, const char *value);
/* Add a further line of that name. */
void reply_header_add(struct request *, const char *name, const char *value);
void reply_headerf(struct request *, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);
/* Whatever was pushed is data: a browser that is led to it is told neither to guess a type, nor to
 * run it, nor to frame it. Headers that the handler has set stay. */
void reply_protect(struct request *);
/* Status and body; bytes are borrowed until sent. type NULL: no Content-Type. Such a body has no
 * ranges: a Range gets all of it. */
void reply_bytes(struct request *, int status, const char *type, const void *data, size_t length);
void reply_text(struct request *, int status, const char *text); /* text/plain */
/* Takes over the document; compact. Always true, so that handlers may end in it. NULL, which is
 * what json_pack() makes of text that is no UTF-8, is a 500. */
bool reply_json(struct request *, int status, json_t *document);
bool reply_empty(struct request *,
    int status); /* Content-Length: 0 where the status allows a body; always true */
/*
 * Send a file: by X-Sendfile when the vhost's STOWAGE_SENDFILE names the header, else streamed by
 * us. If the web server sends, it answers one plain range; any other Range is answered here, and so
 * is every Range when streaming. A GET whose ranges all lie beyond the end is
 * RANGE_NOT_SATISFIABLE, Content-Range set. The file must exist with that size: INTERNAL otherwise,
 * before anything is promised. Content-Type and validators are the caller's headers.
 */
bool reply_file(
    struct request *, int status, const char *path, int64_t size, struct error *) MUST_CHECK;

/* Bytes that arrive while they are sent. */
struct reply_source {
	int64_t size; /* of all of them; -1: not known yet */
	/* At most `size` bytes from `offset` on; waits until there is one. 0: the end, -1: there
	 * will be no more although there should. */
	ssize_t (*read)(void *context, int64_t offset, void *buffer, size_t size);
	void *context;
};
/* Send them, or the ranges asked for if the size is known. When they break off, so does
 * the connection: nobody takes a part for the whole. RANGE_NOT_SATISFIABLE as above. */
bool reply_stream(
    struct request *, int status, const struct reply_source *, struct error *) MUST_CHECK;

/* Write it out; after that the reply cannot change. false: the peer is gone (a debug matter). */
bool reply_send(struct request *);
/* Value of a header set so far, or NULL; for tests and the log. */
const char *reply_header_value(const struct reply *, const char *name);

#endif
