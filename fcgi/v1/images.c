/* Images: JSON, ancestry, layer, checksum. A visible image never changes. */
#include <inttypes.h>
#include <string.h>

#include "oci/v1_image.h"
#include "registry/session.h"
#include "responder/receive.h"
#include "v1/call.h"
#include "v1/handlers.h"

#define JSON_MAX (1024 * 1024)
#define YEAR_SECONDS "31536000"
#define CHECKSUM_MAX 255

static bool
require(struct request *req, struct v1_image_row **row, struct error *err)
{
	struct digest id;

	return v1_call_id(req, &id, err) &&
	       bridge_v1_image_require(request_scope(req), v1_call(req)->name, &id, row, err);
}

/* Images never change: any If-Modified-Since gets 304. */
static bool
reply_unchanged(struct request *req)
{
	reply_header(req, "Cache-Control", "private, max-age=" YEAR_SECONDS);
	reply_header(req, "Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT");
	return request_header(req, "If-Modified-Since") != NULL && reply_empty(req, 304);
}

bool
v1_image_json_get(struct request *req, struct error *err)
{
	struct v1_image_row *row;

	if (!require(req, &row, err))
		return false;
	/* The layer is bad. A client that pushes the image brings it again. */
	if (row->layered && row->layer.size < 0)
		return error_set(err, ERROR_NOT_FOUND, "Image not found");
	if (reply_unchanged(req))
		return true;
	/* A client that knows the size can resume a broken download. */
	if (!row->layered)
		reply_headerf(req, "X-Docker-Size", "%zu", v1_image_empty_layer.length);
	else if (!row->zstd)
		reply_headerf(req, "X-Docker-Size", "%" PRId64, row->layer.size);
	reply_bytes(req, 200, "application/json", row->json.data, row->json.length);
	return true;
}

bool
v1_image_ancestry(struct request *req, struct error *err)
{
	struct v1_image_row *row;

	if (!require(req, &row, err))
		return false;
	if (reply_unchanged(req))
		return true;
	return v1_call_reply(req, row->ancestry);
}

static bool
reply_layer(struct request *req, const struct v1_image_row *row, struct error *err)
{
	struct v1_layer layer;
	struct reply_source *source;

	if (!row->layered) {
		reply_bytes(req, 200, "application/octet-stream", v1_image_empty_layer.data,
		    v1_image_empty_layer.length);
		return true;
	}
	if (!bridge_v1_layer(request_scope(req), row, &layer, err))
		return false;
	if (layer.path != NULL)
		return reply_file(req, 200, layer.path, layer.size, err);
	source = arena_alloc(req->arena, sizeof(*source));
	*source = (struct reply_source){ -1, layer.read, layer.stream };
	return reply_stream(req, 200, source, err);
}

bool
v1_image_layer_get(struct request *req, struct error *err)
{
	struct v1_image_row *row;

	if (!require(req, &row, err))
		return false;
	if (reply_unchanged(req))
		return true;
	reply_header(req, "Content-Type", "application/octet-stream");
	return reply_layer(req, row, err);
}

bool
v1_image_json_put(struct request *req, struct error *err)
{
	struct digest id;
	struct bytes json;
	char *body;

	if (!v1_call_id(req, &id, err) || !v1_call_may(req, ACTION_WRITE, err) ||
	    !request_body(req, JSON_MAX, &body, &json.length, err))
		return false;
	json.data = body;
	return bridge_v1_json_push(request_scope(req), v1_call(req)->name, &id, json, err) &&
	       v1_call_reply(req, "true");
}

bool
v1_image_layer_put(struct request *req, struct error *err)
{
	struct v1_layer_push *layer;
	struct session *session;
	struct digest id;
	struct error ignored = { 0 };
	int64_t written;

	if (!v1_call_id(req, &id, err) || !request_admit_body(req, req->uploads, err) ||
	    !bridge_v1_layer_start(
		request_scope(req), v1_call(req)->name, &id, &layer, &session, err))
		return false;
	if (!receive_body(req, session, &written, err)) {
		(void)!session_cancel(session, &ignored);
		return false;
	}
	return bridge_v1_layer_end(layer, err) && v1_call_reply(req, "true");
}

/* The payload checksum is verified. The tarsum, which only clients older than the supported ones
 * rely on, is stored unverified. */
bool
v1_image_checksum_put(struct request *req, struct error *err)
{
	const char *payload = request_header(req, "X-Docker-Checksum-Payload");
	const char *tarsum = request_header(req, "X-Docker-Checksum");
	struct digest id, digest;

	if (!v1_call_id(req, &id, err))
		return false;
	if (payload == NULL)
		return error_set(err, ERROR_PRECONDITION,
		    "Missing Image's checksum (X-Docker-Checksum-Payload)");
	if (!digest_parse(&digest, payload, err) || digest.algorithm != DIGEST_SHA256)
		return error_set(err, ERROR_BAD_REQUEST,
		    "X-Docker-Checksum-Payload: must be sha256: and 64 hexadecimal digits");
	if (tarsum != NULL && strlen(tarsum) > CHECKSUM_MAX)
		return error_set(err, ERROR_BAD_REQUEST,
		    "X-Docker-Checksum: must have at most %d bytes", CHECKSUM_MAX);
	return bridge_v1_checksum_push(
		   request_scope(req), v1_call(req)->name, &id, &digest, tarsum, err) &&
	       v1_call_reply(req, "true");
}
