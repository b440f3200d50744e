#include "responder/access_log.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/reply.h"

#define FIELD_MAX 512

void
access_log_write(const struct request *req, const struct error *err, int64_t started)
{
	char path[FIELD_MAX], user[FIELD_MAX], method[64], cause[FIELD_MAX], line[4 * FIELD_MAX];
	const struct reply *reply = req->reply;
	/* Errors of ours are always explained, those of upstreams included. */
	const char *why = err->cause[0] == '\0' && reply->status >= 500 ? err->message : err->cause;
	int n;

	n = snprintf(line, sizeof(line),
	    "id=%s method=%s path=%s route=%s status=%d received=%" PRId64 " sent=%" PRId64
	    " ms=%" PRId64 " user=%s address=%s",
	    req->id, log_quote(method, sizeof(method), req->method_text),
	    log_quote(path, sizeof(path), req->path), req->route == NULL ? "-" : req->route,
	    reply->status, req->received, reply->bytes, clock_steady_ms() - started,
	    log_quote(
		user, sizeof(user), req->user == NULL || *req->user == '\0' ? "-" : req->user),
	    req->address == NULL ? "-" : req->address);
	if (req->is_head_only && n > 0 && (size_t)n < sizeof(line))
		n += snprintf(line + n, sizeof(line) - (size_t)n, " role=authorizer");
	if (*why != '\0' && n > 0 && (size_t)n < sizeof(line))
		snprintf(line + n, sizeof(line) - (size_t)n, " cause=%s",
		    log_quote(cause, sizeof(cause), why));
	log_fields(reply->status >= 500 ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, line);
}
