/* Blobs (specification, "Pulling blobs", "Deleting Blobs"). */
#include "http/conditional.h"
#include "registry/deletion.h"
#include "registry/pull.h"
#include "v2/call.h"
#include "v2/routes.h"

#define YEAR_SECONDS "31536000"

bool
blob_get(struct request *req, struct error *err)
{
	const struct v2_call *call = request_call(req);
	const char *name;
	struct digest digest;
	struct blob_row *row = NULL;
	bool pusher;

	if (!call_name(req, &name, err) || !call_digest(req, &digest, err))
		return false;
	/* A client that is about to push asks by HEAD which layers it can leave out. */
	pusher = req->method == HTTP_HEAD && call->identity->token != NULL &&
		 call_token_grants(call, name, ACTION_WRITE);
	if (!registry_blob_require(request_registry(req), name, &digest, pusher, &row, err))
		return false;
	reply_header(req, "Docker-Content-Digest", row->digest.text);
	reply_headerf(req, "ETag", "\"%s\"", row->digest.text);
	if (etag_listed(request_header(req, "If-None-Match"), row->digest.text))
		return reply_empty(req, 304);
	reply_header(req, "Content-Type", "application/octet-stream");
	reply_header(req, "X-Content-Type-Options", "nosniff");
	if (!reply_file(req, 200, registry_blob_path(request_registry(req), row), row->size, err))
		return false;
	reply_header(req, "Cache-Control", "private, max-age=" YEAR_SECONDS ", immutable");
	return true;
}

bool
blob_delete(struct request *req, struct error *err)
{
	const char *name;
	struct digest digest;

	return call_name(req, &name, err) && call_digest(req, &digest, err) &&
	       registry_blob_delete(request_registry(req), name, &digest, err) &&
	       reply_empty(req, 202);
}
