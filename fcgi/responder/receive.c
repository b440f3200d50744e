#include "responder/receive.h"

#include <stdlib.h>

#include "responder/service.h"

#define PIECE (256 * 1024)

/* Bytes of the limit that are left for this body: earlier requests may have sent a part of the
 * blob. */
static int64_t
room_left(const struct request *req, const struct session *session)
{
	int64_t limit = request_service(req)->config->http_blob_limit_bytes;

	return limit == 0 ? INT64_MAX : limit - session_received(session);
}

bool
receive_body(struct request *req, struct session *session, int64_t *written, struct error *err)
{
	char **slot = arena_slot(req->arena), *piece = *slot = malloc(PIECE);
	int64_t left = room_left(req, session);
	ssize_t n;
	bool ok = piece != NULL || error_errno(err, "cannot receive an upload");

	*written = 0;
	/* A body whose Content-Length is too large is refused unread; with no room left, a body
	 * without one at its first piece. */
	req->body_limit = left > 0 ? left : 0;
	while (ok && (n = request_read(req, piece, PIECE, err)) != 0) {
		ok = n > 0 && (*written + n <= left || error_set(err, ERROR_TOO_LARGE, NULL)) &&
		     session_write(session, piece, (size_t)n, err);
		*written += n > 0 ? n : 0;
	}
	return ok;
}
