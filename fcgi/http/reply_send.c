#include "http/reply_send.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "http/byteranges.h"
#include "http/range.h"
#include "http/reply.h"
#include "http/request.h"

#define PIECE (64 * 1024)

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

	for (const struct reply_line *h = reply->headers; h != NULL && ok; h = h->next)
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
		size_t size = length > 0 && length < PIECE ? (size_t)length : PIECE;
		ssize_t n = source->read(source->context, offset, piece, size);

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
	    range_parse(reply_range(req), source->size, &set) != RANGE_SOME)
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
