#include "responder/receive.h"

#include <stdlib.h>

#include "responder/responder.h"

#define PIECE (256 * 1024)

bool
receive_body(struct request *req, struct session *session, int64_t *written, struct error *err)
{
	char *piece = malloc(PIECE);
	ssize_t n;
	bool ok = piece != NULL || error_errno(err, "no memory for an upload");

	*written = 0;
	req->body_limit = request_service(req)->config->http_blob_limit_bytes;
	while (ok && (n = request_read(req, piece, PIECE, err)) != 0) {
		ok = n > 0 && session_write(session, piece, (size_t)n, err);
		*written += n > 0 ? n : 0;
	}
	free(piece);
	return ok;
}
