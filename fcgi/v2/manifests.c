/* Manifests (specification, "Pulling Manifests", "Pushing Manifests", "Deleting tags", "Deleting
 * Manifests"). */
#include <string.h>

#include "http/conditional.h"
#include "oci/name.h"
#include "registry/deletion.h"
#include "registry/pull.h"
#include "registry/push.h"
#include "v2/call.h"
#include "v2/routes.h"

static bool
name_and_reference(
    struct request *req, const char **name, struct reference *reference, struct error *err)
{
	return call_name(req, name, err) &&
	       reference_parse(reference, request_param(req, "reference"), err);
}

bool
manifest_get(struct request *req, struct error *err)
{
	const char *name;
	struct reference reference;
	struct manifest_row *row = NULL;

	if (!name_and_reference(req, &name, &reference, err) ||
	    !registry_manifest_require(request_registry(req), name, &reference, true, &row, err))
		return false;
	call_trace(req);
	reply_header(req, "Docker-Content-Digest", row->digest.text);
	reply_headerf(req, "ETag", "\"%s\"", row->digest.text);
	if (etag_listed(request_header(req, "If-None-Match"), row->digest.text))
		return reply_empty(req, 304);
	reply_bytes(req, 200, row->media_type, row->payload.data, row->payload.length);
	return true;
}

/* Tags that come with a push by digest: ?tag=a&tag=b. */
static bool
push_tags(struct request *req, struct manifest_push *push, struct error *err)
{
	push->tags = request_query_all(req, "tag");
	while (push->tags[push->tag_count] != NULL) {
		if (!tag_check(push->tags[push->tag_count], err))
			return false;
		push->tag_count++;
	}
	if (push->tag_count > 0 && push->reference->tag != NULL)
		return error_set(err, ERROR_TAG_INVALID, "tag= goes with a push by digest");
	return true;
}

/* If-Match: the tag moves only if it still holds that digest. */
static bool
push_expected(
    struct request *req, struct manifest_push *push, struct digest *digest, struct error *err)
{
	const char *header = request_header(req, "If-Match");
	size_t length;

	if (header == NULL)
		return true;
	length = strlen(header);
	if (length < 2 || header[0] != '"' || header[length - 1] != '"')
		return error_set(err, ERROR_BAD_REQUEST, "If-Match takes one quoted digest");
	push->expected = digest;
	return digest_parse(digest, arena_strndup(req->arena, header + 1, length - 2), err);
}

static json_t *
missing_detail(const struct manifest_push *push)
{
	json_t *digests = json_array();

	for (size_t i = 0; i < push->missing_count; i++)
		json_array_append_new(digests, json_string(push->missing[i].text));
	return json_pack("{s:o}", "digest", digests);
}

static bool
push_reply(struct request *req, const struct manifest_push *push)
{
	reply_headerf(req, "Location", "%s/manifests/%s", call_image_path(req, push->name),
	    request_param(req, "reference"));
	reply_header(req, "Docker-Content-Digest", push->digest.text);
	if (push->manifest->has_subject)
		reply_header(req, "OCI-Subject", push->manifest->subject.text);
	for (size_t i = 0; i < push->tag_count; i++)
		reply_header_add(req, "OCI-Tag", push->tags[i]);
	return reply_empty(req, 201);
}

bool
manifest_put(struct request *req, struct error *err)
{
	struct reference reference;
	struct digest expected;
	struct target target;
	struct manifest_push push = { .reference = &reference };
	char *body;

	if (!name_and_reference(req, &push.name, &reference, err) || !push_tags(req, &push, err) ||
	    !push_expected(req, &push, &expected, err) ||
	    !registry_target_require(request_registry(req), push.name, ACTION_WRITE, &target, err))
		return false;
	if (!request_body(req, MANIFEST_MAX_BYTES, &body, &push.payload.length, err)) {
		if (err->code == ERROR_TOO_LARGE)
			error_set(err, ERROR_MANIFEST_TOO_LARGE, NULL);
		return false;
	}
	push.payload.data = body;
	push.content_type = request_header(req, "Content-Type");
	if (!registry_manifest_push(request_registry(req), &target, &push, err)) {
		if (push.missing_count > 0)
			request_call(req)->detail = missing_detail(&push);
		return false;
	}
	return push_reply(req, &push);
}

bool
manifest_delete(struct request *req, struct error *err)
{
	const char *name;
	struct reference reference;

	return name_and_reference(req, &name, &reference, err) &&
	       registry_manifest_delete(request_registry(req), name, &reference, err) &&
	       reply_empty(req, 202);
}
