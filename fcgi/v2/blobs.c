/* Blobs (specification, "Pulling blobs", "Deleting Blobs"). */
#include "http/conditional.h"
#include "registry/deletion.h"
#include "registry/reader.h"
#include "registry/pull.h"
#include "v2/call.h"
#include "v2/handlers.h"

#define YEAR_SECONDS "31536000"

/* Reply with the content: a file, or bytes that arrive from an upstream; only the size for HEAD. */
static bool
reply_blob(struct request *req, const struct blob_found *found, struct error *err)
{
	struct reply_source *source;

	if (found->bytes != NULL) {
		reply_bytes(
		    req, 200, "application/octet-stream", found->bytes, (size_t)found->size);
		return true;
	}
	if (found->row != NULL)
		return reply_file(req, 200, registry_blob_path(request_registry(req), found->row),
		    found->size, err);
	source = arena_alloc(req->arena, sizeof(*source));
	*source = (struct reply_source){ found->size, reader_read, found->reader };
	return reply_stream(req, 200, source, err);
}

bool
v2_blob_get(struct request *req, struct error *err)
{
	const char *name;
	struct digest digest;
	struct blob_found found;

	if (!v2_call_name(req, &name, err))
		return false;
	/* A malformed digest cannot be that of a blob. */
	if (!v2_call_digest(req, &digest, err))
		return error_set(err, ERROR_BLOB_UNKNOWN, NULL);
	if (!registry_blob_require(request_scope(req), name, &digest, req->method == HTTP_HEAD,
		&found, &v2_call(req)->answer, err))
		return false;
	v2_call_trace(req);
	reply_header(req, "Docker-Content-Digest", digest.text);
	reply_headerf(req, "ETag", "\"%s\"", digest.text);
	if (conditional_etag_matches(request_header(req, "If-None-Match"), digest.text))
		return reply_empty(req, 304);
	reply_header(req, "Content-Type", "application/octet-stream");
	if (!reply_blob(req, &found, err))
		return false;
	reply_header(req, "Cache-Control", "private, max-age=" YEAR_SECONDS ", immutable");
	return true;
}

bool
v2_blob_delete(struct request *req, struct error *err)
{
	const char *name;
	struct digest digest;

	return v2_call_name(req, &name, err) && v2_call_digest(req, &digest, err) &&
	       registry_blob_delete(request_scope(req), name, &digest, err) &&
	       reply_empty(req, 202);
}
