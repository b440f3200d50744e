#include "http/reply.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "http/byteranges.h"
#include "http/range.h"
#include "http/request.h"

#define PIECE (64 * 1024)

struct header {
	const char *name, *value;
	struct header *next;
};

void
reply_open(struct request *req)
{
	req->reply = arena_alloc(req->arena, sizeof(*req->reply));
	req->reply->head = req->method == HTTP_HEAD;
}

void
reply_reset(struct reply *reply)
{
	struct header *kept = reply->headers;

	while (kept != NULL && strcasecmp(kept->name, "Content-Range") != 0)
		kept = kept->next;
	if (kept != NULL)
		kept->next = NULL;
	*reply = (struct reply){ .head = reply->head, .headers = kept };
}

/* Values are built from checked parts. If a check is missing, this still keeps the value in its own
 * header. */
static char *
clean_value(struct request *req, const char *name, const char *value)
{
	char *clean = arena_strdup(req->arena, value);

	for (char *c = clean; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f) {
			log_line(LOG_LEVEL_ERROR, "control character in header %s", name);
			*c = '?';
		}
	return clean;
}

void
reply_header_add(struct request *req, const char *name, const char *value)
{
	struct header *header = arena_alloc(req->arena, sizeof(*header)), **end;

	*header = (struct header){ .name = name, .value = clean_value(req, name, value) };
	for (end = &req->reply->headers; *end != NULL; end = &(*end)->next)
		;
	*end = header;
}

void
reply_header(struct request *req, const char *name, const char *value)
{
	struct header **p = &req->reply->headers;

	while (*p != NULL) {
		if (strcasecmp((*p)->name, name) == 0)
			*p = (*p)->next;
		else
			p = &(*p)->next;
	}
	reply_header_add(req, name, value);
}

void
reply_headerf(struct request *req, const char *name, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	reply_header(req, name, arena_vprintf(req->arena, format, args));
	va_end(args);
}

const char *
reply_header_value(const struct reply *reply, const char *name)
{
	for (const struct header *h = reply->headers; h != NULL; h = h->next)
		if (strcasecmp(h->name, name) == 0)
			return h->value;
	return NULL;
}

static void
set_default(struct request *req, const char *name, const char *value)
{
	if (reply_header_value(req->reply, name) == NULL)
		reply_header(req, name, value);
}

void
reply_retry_after(struct request *req, const struct error *err)
{
	int64_t seconds = error_retry_after(err);

	if (seconds > 0)
		reply_headerf(req, "Retry-After", "%" PRId64, seconds);
}

void
reply_protect(struct request *req)
{
	set_default(req, "X-Content-Type-Options", "nosniff");
	set_default(
	    req, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
}

void
reply_bytes(struct request *req, int status, const char *type, const void *data, size_t length)
{
	struct reply *reply = req->reply;

	reply->status = status;
	reply->body = data;
	reply->body_length = length;
	reply->file = NULL;
	reply->source = NULL;
	if (type != NULL)
		reply_header(req, "Content-Type", type);
}

void
reply_text(struct request *req, int status, const char *text)
{
	reply_bytes(req, status, "text/plain; charset=utf-8", text, strlen(text));
}

bool
reply_json(struct request *req, int status, json_t *document)
{
	char *text = json_dumps(document, JSON_COMPACT);

	json_decref(document);
	if (text == NULL) { /* invalid UTF-8 */
		log_line(LOG_LEVEL_ERROR, "route %s: the reply cannot be written as JSON",
		    req->route == NULL ? "-" : req->route);
		reply_bytes(req, 500, "application/json", "{}", 2);
		return true;
	}
	arena_defer(req->arena, free, text);
	reply_bytes(req, status, "application/json", text, strlen(text));
	return true;
}

bool
reply_empty(struct request *req, int status)
{
	reply_bytes(req, status, NULL, "", 0);
	return true;
}

/* Range applies to GET only (RFC 9110, 14.2), and with If-Range only if the content is unchanged.
 */
static const char *
asked_range(const struct request *req)
{
	const char *condition = request_header(req, "If-Range"),
		   *etag = reply_header_value(req->reply, "ETag");

	if (req->method != HTTP_GET ||
	    (condition != NULL && (etag == NULL || strcmp(condition, etag) != 0)))
		return NULL;
	return request_header(req, "Range");
}

/* Web servers answer an unsatisfiable range without Content-Range, and drop our headers. */
static bool
check_range(struct request *req, int64_t size, struct error *err)
{
	struct range_set set;

	reply_header(req, "Accept-Ranges", "bytes");
	if (range_parse(asked_range(req), size, &set) != RANGE_UNSATISFIABLE)
		return true;
	reply_headerf(req, "Content-Range", "bytes */%" PRId64, size);
	return error_set(err, ERROR_RANGE_NOT_SATISFIABLE, NULL);
}

bool
reply_file(struct request *req, int status, const char *path, int64_t size, struct error *err)
{
	struct reply *reply = req->reply;
	struct stat st;

	if (stat(path, &st) == -1)
		return error_errno(err, "content is missing");
	if (!S_ISREG(st.st_mode) || st.st_size != size) {
		error_set(err, ERROR_INTERNAL, "content is damaged");
		return error_cause(err, "%s has the wrong size", path);
	}
	if (!check_range(req, size, err))
		return false;
	reply->status = status;
	reply->file = arena_strdup(req->arena, path);
	reply->file_size = size;
	return true;
}

bool
reply_stream(struct request *req, int status, const struct reply_source *source, struct error *err)
{
	if (source->size >= 0 && !check_range(req, source->size, err))
		return false;
	req->reply->status = status;
	req->reply->source = source;
	return true;
}

/* --- Sending --- */

static bool
write_text(struct request *req, const char *text)
{
	return transport_write(req->transport, text, strlen(text));
}

static bool
send_head(struct request *req)
{
	struct reply *reply = req->reply;
	bool ok = write_text(req, arena_printf(req->arena, "Status: %d\r\n", reply->status));

	for (const struct header *h = reply->headers; h != NULL && ok; h = h->next)
		ok = write_text(req, h->name) && write_text(req, ": ") &&
		     write_text(req, h->value) && write_text(req, "\r\n");
	return ok && write_text(req, "\r\n");
}

static void
announce(struct request *req, int64_t length)
{
	if (req->reply->status != 204 && req->reply->status != 304)
		reply_headerf(req, "Content-Length", "%" PRId64, length);
}

/* Send the whole content in spite of a Range: the web server must not cut it either. */
static void
keep_whole(struct request *req)
{
	if (request_header(req, "Range") != NULL)
		reply_header(req, "Accept-Ranges", "none");
}

static bool
send_bytes(struct request *req)
{
	struct reply *reply = req->reply;

	announce(req, (int64_t)reply->body_length);
	if (reply->status == 200)
		keep_whole(req);
	if (!send_head(req))
		return false;
	if (reply->head || reply->body_length == 0)
		return true;
	reply->bytes = (int64_t)reply->body_length;
	return transport_write(req->transport, reply->body, reply->body_length);
}

/* Send `length` bytes from `offset`, or with -1 all that follow. If fewer arrive than announced,
 * the connection must be aborted. */
static bool
stream(struct request *req, const struct reply_source *source, int64_t offset, int64_t length)
{
	char *piece = arena_alloc(req->arena, PIECE);

	while (length != 0) {
		size_t most = length > 0 && length < PIECE ? (size_t)length : PIECE;
		ssize_t n = source->read(source->context, offset, piece, most);

		if (n == 0 && length == -1)
			return true;
		if (n <= 0) {
			transport_abort(req->transport);
			return false;
		}
		if (!transport_write(req->transport, piece, (size_t)n))
			return false;
		req->reply->bytes += n;
		offset += n;
		length -= length > 0 ? n : 0;
	}
	return true;
}

/* Send all ranges of the set, as parts of one body. */
static bool
send_parts(struct request *req, const struct reply_source *source, const struct range_set *set)
{
	struct reply *reply = req->reply;
	struct byteranges frame = byteranges_frame(
	    req->arena, req->id, reply_header_value(reply, "Content-Type"), set, source->size);

	reply_header(req, "Content-Type", frame.type);
	announce(req, frame.length);
	if (!send_head(req))
		return false;
	for (size_t i = 0; i < set->count; i++)
		if (!write_text(req, frame.heads[i]) ||
		    !stream(req, source, set->at[i].first, set->at[i].last - set->at[i].first + 1))
			return false;
	return write_text(req, frame.end);
}

static bool
send_part(struct request *req, const struct reply_source *source, const struct range *range)
{
	int64_t length = range->last - range->first + 1;

	reply_headerf(req, "Content-Range", "bytes %" PRId64 "-%" PRId64 "/%" PRId64, range->first,
	    range->last, source->size);
	announce(req, length);
	return send_head(req) && stream(req, source, range->first, length);
}

static bool
send_whole(struct request *req, const struct reply_source *source)
{
	if (source->size >= 0)
		announce(req, source->size);
	keep_whole(req);
	return send_head(req) && (req->reply->head || stream(req, source, 0, source->size));
}

static bool
send_source(struct request *req, const struct reply_source *source)
{
	struct range_set set;

	if (req->reply->status != 200 || source->size < 0 ||
	    range_parse(asked_range(req), source->size, &set) != RANGE_SOME)
		return send_whole(req, source);
	req->reply->status = 206;
	return set.count == 1 ? send_part(req, source, &set.at[0]) : send_parts(req, source, &set);
}

static ssize_t
file_read(void *context, int64_t offset, void *buffer, size_t size)
{
	return pread(*(const int *)context, buffer, size, offset);
}

static void
close_file(void *fd)
{
	close(*(const int *)fd);
}

/* True without Range, or with one that every web server reads as we do. Apache applies a Range to
 * HEAD, too. */
static bool
suits_server(const struct request *req)
{
	const char *range = request_header(req, "Range");

	return range == NULL || (req->method == HTTP_GET && range_is_plain(range));
}

static bool
send_file(struct request *req)
{
	struct reply *reply = req->reply;
	const char *sendfile = request_variable(req, "STOWAGE_SENDFILE");
	int *fd = arena_alloc(req->arena, sizeof(*fd));
	struct reply_source source = { reply->file_size, file_read, fd };

	/* Apache omits the length of an empty file. */
	if (sendfile != NULL && reply->file_size > 0 && suits_server(req)) {
		reply_header(req, sendfile, reply->file);
		return send_head(req);
	}
	*fd = open(reply->file, O_RDONLY | O_CLOEXEC);
	if (*fd == -1) {
		transport_abort(req->transport);
		return false;
	}
	arena_defer(req->arena, close_file, fd);
	return send_source(req, &source);
}

bool
reply_send(struct request *req)
{
	struct reply *reply = req->reply;

	if (reply->sent)
		return true;
	reply->sent = true;
	if (reply->status == 0)
		reply->status = 500;
	if (reply->source != NULL)
		return send_source(req, reply->source);
	return reply->file != NULL ? send_file(req) : send_bytes(req);
}
