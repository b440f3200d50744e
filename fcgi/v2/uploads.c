/* Upload sessions (specification, "Pushing a blob in chunks", "Pushing a blob monolithically",
 * "Mounting a blob"). */
#include <inttypes.h>
#include <string.h>

#include "http/range.h"
#include "oci/name.h"
#include "registry/pull.h"
#include "registry/push.h"
#include "registry/session.h"
#include "responder/receive.h"
#include "v2/call.h"
#include "v2/handlers.h"

/* docker 1.5 to 1.7 use Location unchanged, so it must be absolute for them. */
static bool
wants_absolute_location(struct request *req)
{
	const char *agent = request_header(req, "User-Agent");

	return agent != NULL && strncmp(agent, "docker/1.", 9) == 0 && agent[9] >= '5' &&
	       agent[9] <= '7' && (agent[10] < '0' || agent[10] > '9');
}

static void
reply_location(struct request *req, const char *path)
{
	reply_headerf(req, "Location", "%s%s",
	    wants_absolute_location(req) ? request_base_url(req) : "", path);
}

/* The URL of the session, and the bytes received so far. */
static void
reply_session(
    struct request *req, const char *name, const struct session *session, int64_t received)
{
	reply_location(req, arena_printf(req->arena, "%s/blobs/uploads/%s",
				v2_call_image_path(req, name), session_uuid(session)));
	reply_headerf(req, "Range", "0-%" PRId64, received > 0 ? received - 1 : 0);
	reply_header(req, "Docker-Upload-UUID", session_uuid(session));
}

static bool
reply_blob_created(struct request *req, const char *name, const struct digest *digest)
{
	reply_location(req,
	    arena_printf(req->arena, "%s/blobs/%s", v2_call_image_path(req, name), digest->text));
	reply_header(req, "Docker-Content-Digest", digest->text);
	return reply_empty(req, 201);
}

/* A chunk with a Content-Range must start at the end of the session's data; else 416 with the
 * correct Range. *length is the length it declares; -1: none. */
static bool
check_content_range(struct request *req, const char *name, const struct session *session,
    int64_t *length, struct error *err)
{
	const char *header = request_header(req, "Content-Range");
	int64_t first, last;

	*length = -1;
	if (header == NULL)
		return true;
	if (!range_parse_content(header, &first, &last))
		return error_set(err, ERROR_BLOB_UPLOAD_INVALID, "malformed Content-Range");
	*length = last - first + 1;
	if (req->content_length >= 0 && *length != req->content_length)
		return error_set(
		    err, ERROR_SIZE_INVALID, "Content-Length: must match Content-Range");
	if (first == session_received(session))
		return true;
	reply_session(req, name, session, session_received(session));
	return error_set(err, ERROR_RANGE_INVALID,
	    "Content-Range: must start at %" PRId64 " (got %" PRId64 ")", session_received(session),
	    first);
}

/* Only names under this key: content of another key is unknown here. */
const char *
v2_upload_mount_source(struct request *req)
{
	const char *from = request_query(req, "from"), *mount = v2_call(req)->mount;
	struct error ignored = { 0 };

	if (request_query(req, "mount") == NULL || from == NULL ||
	    strncmp(from, mount, strlen(mount)) != 0)
		return NULL;
	from += strlen(mount);
	return name_check(from, &ignored) ? from : NULL;
}

/* May this call read `from`? If the token does not allow it but the account does, the client is
 * told to get another token; otherwise the source is treated as unknown. */
static bool
source_readable(struct request *req, const char *from, bool *readable, struct error *err)
{
	int actions = 0;

	*readable = v2_call_token_grants(req, from, ACTION_READ);
	if (*readable)
		return true;
	if (!registry_rights(request_scope(req), from, &actions, err))
		return false;
	return (actions & ACTION_READ) == 0 || error_set(err, ERROR_UNAUTHORIZED, NULL);
}

/* POST with mount: *done if the blob was linked; else the upload starts as an ordinary one. */
static bool
try_mount(struct request *req, const char *name, bool *done, struct error *err)
{
	const char *mount = request_query(req, "mount"), *from = v2_upload_mount_source(req);
	struct digest digest;
	bool readable;

	*done = false;
	if (mount == NULL)
		return true;
	if (!digest_parse(&digest, mount, err))
		return false;
	if (from == NULL)
		return true;
	if (!source_readable(req, from, &readable, err) ||
	    (readable && !registry_blob_mount(request_scope(req), name, from, &digest, done, err)))
		return false;
	return !*done || reply_blob_created(req, name, &digest);
}

static bool
query_algorithm(struct request *req, enum digest_algorithm *algorithm, struct error *err)
{
	const char *text = request_query(req, "digest-algorithm");

	*algorithm = DIGEST_SHA256;
	if (text == NULL || digest_algorithm_parse(algorithm, text))
		return true;
	return error_set(err, ERROR_DIGEST_INVALID, "digest-algorithm: must be sha256 or sha512");
}

/* POST with digest: the whole blob in one request. */
static bool
upload_whole(struct request *req, const char *name, const struct digest *digest, struct error *err)
{
	struct session *session;
	struct error ignored = { 0 };
	int64_t written;

	if (!request_admit_body(req, req->uploads, err) ||
	    !registry_session_start(request_scope(req), name, digest->algorithm, &session, err))
		return false;
	if (!receive_body(req, session, &written, err)) {
		(void)!session_cancel(session, &ignored);
		return false;
	}
	return session_commit(session, digest, err) && reply_blob_created(req, name, digest);
}

bool
v2_upload_start(struct request *req, struct error *err)
{
	const char *name, *whole = request_query(req, "digest");
	enum digest_algorithm algorithm;
	struct session *session;
	struct digest digest;
	bool done;

	if (!v2_call_name(req, &name, err) || !query_algorithm(req, &algorithm, err) ||
	    !try_mount(req, name, &done, err))
		return false;
	if (done)
		return true;
	if (whole != NULL)
		return digest_parse(&digest, whole, err) && upload_whole(req, name, &digest, err);
	if (!registry_session_start(request_scope(req), name, algorithm, &session, err))
		return false;
	reply_session(req, name, session, 0);
	return reply_empty(req, 202);
}

/* Write the body into the session, with the length of its Content-Range: a chunked body shows its
 * length only at the end. Bytes that are not acknowledged are not kept. */
static bool
receive_chunk(struct request *req, struct session *session, int64_t length, int64_t *written,
    struct error *err)
{
	struct error ignored = { 0 };
	bool came = receive_body(req, session, written, err);

	if (came && (length == -1 || *written == length))
		return true;
	if (came)
		error_set(err, ERROR_SIZE_INVALID, "body length must match Content-Range");
	/* If the client of a PATCH disconnects, the bytes are kept: it may ask for the offset and
	 * resume. */
	if (req->method == HTTP_PATCH && err->code == ERROR_CLIENT_GONE)
		(void)!session_save(session, &ignored);
	else
		session_undo(session);
	return false;
}

/* An expired token suffices for an open session of its account, and for nothing else. */
static bool
find_session(struct request *req, const char **name, struct session **session, struct error *err)
{
	const struct token *token = req->call->identity->token;

	if (v2_call_name(req, name, err) && registry_session_require(request_scope(req), *name,
						request_param(req, "uuid"), session, err))
		return true;
	if (token != NULL && token->expired && err->code == ERROR_BLOB_UPLOAD_UNKNOWN)
		error_set(err, ERROR_UNAUTHORIZED, NULL);
	return false;
}

bool
v2_upload_status(struct request *req, struct error *err)
{
	const char *name;
	struct session *session;

	if (!find_session(req, &name, &session, err) || !session_accepts(session, NULL, err))
		return false;
	reply_session(req, name, session, session_received(session));
	return reply_empty(req, 204);
}

bool
v2_upload_append(struct request *req, struct error *err)
{
	const char *name;
	struct session *session;
	int64_t length, written;

	if (!find_session(req, &name, &session, err) || !session_accepts(session, NULL, err) ||
	    !check_content_range(req, name, session, &length, err) ||
	    !request_admit_body(req, req->uploads, err) ||
	    !receive_chunk(req, session, length, &written, err) || !session_save(session, err))
		return false;
	reply_session(req, name, session, session_received(session) + written);
	return reply_empty(req, 202);
}

bool
v2_upload_finish(struct request *req, struct error *err)
{
	const char *name, *text = request_query(req, "digest");
	struct session *session;
	struct digest digest;
	int64_t length, written;

	if (!find_session(req, &name, &session, err) ||
	    !check_content_range(req, name, session, &length, err))
		return false;
	if (text == NULL)
		return error_set(err, ERROR_DIGEST_INVALID, "digest: must be in the query");
	return digest_parse(&digest, text, err) && session_accepts(session, &digest, err) &&
	       request_admit_body(req, req->uploads, err) &&
	       receive_chunk(req, session, length, &written, err) &&
	       session_commit(session, &digest, err) && reply_blob_created(req, name, &digest);
}

bool
v2_upload_cancel(struct request *req, struct error *err)
{
	const char *name;
	struct session *session;

	return find_session(req, &name, &session, err) && session_cancel(session, err) &&
	       reply_empty(req, 204);
}

bool
v2_upload_admit(struct request *req, struct error *err)
{
	struct target target = { 0 };
	struct session *session;
	const char *name;

	if (req->call->route->access != ACCESS_PUSH)
		return true;
	if (v2_call_has_session(req))
		return find_session(req, &name, &session, err);
	return v2_call_name(req, &name, err) &&
	       registry_target_require(request_scope(req), name, ACTION_WRITE, &target, err);
}
