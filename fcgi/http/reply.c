#include "http/reply.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/log.h"
#include "http/range.h"
#include "http/request.h"

void
reply_open(struct request *req)
{
	req->reply = arena_alloc(req->arena, sizeof(*req->reply));
	req->reply->head = req->method == HTTP_HEAD;
}

void
reply_reset(struct reply *reply)
{
	struct reply_line *content_range = reply->headers;

	while (content_range != NULL && strcasecmp(content_range->name, "Content-Range") != 0)
		content_range = content_range->next;
	if (content_range != NULL)
		content_range->next = NULL;
	*reply = (struct reply){ .head = reply->head, .headers = content_range };
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
	struct reply_line *header = arena_alloc(req->arena, sizeof(*header)), **end;

	*header = (struct reply_line){ .name = name, .value = clean_value(req, name, value) };
	for (end = &req->reply->headers; *end != NULL; end = &(*end)->next)
		;
	*end = header;
}

void
reply_header(struct request *req, const char *name, const char *value)
{
	struct reply_line **p = &req->reply->headers;

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
	for (const struct reply_line *h = reply->headers; h != NULL; h = h->next)
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

const char *
reply_range(const struct request *req)
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
	if (range_parse(reply_range(req), size, &set) != RANGE_UNSATISFIABLE)
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
