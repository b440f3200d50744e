/* Manifests (specification, "Pulling Manifests", "Pushing Manifests", "Deleting tags", "Deleting
 * Manifests"). */
#include <string.h>
#include <strings.h>

#include "http/conditional.h"
#include "oci/name.h"
#include "registry/deletion.h"
#include "registry/pull.h"
#include "registry/push.h"
#include "bridge/schema1.h"
#include "v2/call.h"
#include "v2/handlers.h"

static bool
name_and_reference(
    struct request *req, const char **name, struct reference *reference, struct error *err)
{
	return v2_call_name(req, name, err) &&
	       reference_parse(reference, request_param(req, "reference"), err);
}

/* A malformed reference cannot be that of a manifest: do not ask an upstream, and do not cache the
 * result. */
static bool
find_reference(
    struct request *req, const char **name, struct reference *reference, struct error *err)
{
	if (name_and_reference(req, name, reference, err))
		return true;
	return err->code == ERROR_NAME_INVALID ? false
					       : error_set(err, ERROR_MANIFEST_UNKNOWN, NULL);
}

/* Does an Accept header include the type, or any type? */
static bool
accepts(const char *header, const char *type)
{
	for (const char *item = header; *item != '\0';) {
		size_t length;

		item += strspn(item, " \t,");
		length = strcspn(item, " \t,;");
		if ((length == strlen(type) && strncasecmp(item, type, length) == 0) ||
		    (length == 3 && strncmp(item, "*/*", 3) == 0) ||
		    (length == 13 && strncasecmp(item, "application/*", 13) == 0))
			return true;
		item += strcspn(item, ",");
	}
	return false;
}

/*
 * Clients that read nothing newer get signed schema 1 by tag: those that accept it but not the
 * stored type, and docker up to 1.9, which sends no Accept. All other clients get the bytes that
 * were pushed, whatever their Accept.
 */
static bool
wants_schema1(struct request *req, const struct manifest_row *row)
{
	const char *accept = request_header(req, "Accept"),
		   *agent = request_header(req, "User-Agent");

	if (strcmp(row->media_type, MEDIATYPE_DOCKER_SCHEMA1_SIGNED) == 0)
		return false;
	if (accept == NULL || *accept == '\0')
		return agent != NULL && strncmp(agent, "docker/1.", 9) == 0;
	return !accepts(accept, row->media_type) &&
	       (accepts(accept, MEDIATYPE_DOCKER_SCHEMA1_SIGNED) ||
		   accepts(accept, MEDIATYPE_DOCKER_SCHEMA1));
}

/* Docker 1.5 reads no manifest of any kind, since it names blobs differently; it must be sent to
 * v1. */
static bool
is_docker_1_5(struct request *req)
{
	const char *agent = request_header(req, "User-Agent");

	return agent != NULL && strncmp(agent, "docker/1.5.", 11) == 0;
}

static bool
reply_schema1(struct request *req, const char *name, const char *tag,
    const struct manifest_row *row, struct error *err)
{
	struct v2_call *call = v2_call(req);
	struct schema1 schema1 = { .name = arena_printf(req->arena, "%s%s", call->mount, name),
		.tag = tag };
	struct bytes document;

	if (!bridge_schema1_make(
		request_scope(req), name, row, &schema1, &document, &call->answer, err))
		return false;
	reply_header(req, "Docker-Content-Digest", schema1.digest.text);
	reply_header(req, "Vary", "Accept");
	reply_bytes(req, 200, MEDIATYPE_DOCKER_SCHEMA1_SIGNED, document.data, document.length);
	return true;
}

bool
v2_manifest_get(struct request *req, struct error *err)
{
	const char *name;
	struct reference reference;
	struct manifest_row *row = NULL;

	if (!find_reference(req, &name, &reference, err) ||
	    !registry_manifest_require(
		request_scope(req), name, &reference, true, &row, &v2_call(req)->answer, err))
		return false;
	v2_call_trace(req);
	if (reference.tag != NULL && is_docker_1_5(req))
		return error_set(err, ERROR_MANIFEST_UNKNOWN, NULL);
	if (reference.tag != NULL && wants_schema1(req, row))
		return reply_schema1(req, name, reference.tag, row, err);
	reply_header(req, "Docker-Content-Digest", row->digest.text);
	reply_headerf(req, "ETag", "\"%s\"", row->digest.text);
	if (conditional_etag_matches(request_header(req, "If-None-Match"), row->digest.text))
		return reply_empty(req, 304);
	reply_bytes(req, 200, row->media_type, row->payload.data, row->payload.length);
	return true;
}

/* Tags of a push by digest: ?tag=a&tag=b. */
static bool
push_tags(struct request *req, struct manifest_push *push, struct error *err)
{
	push->tags = request_query_all(req, "tag");
	while (push->tags[push->tag_count] != NULL) {
		if (!name_check_tag(push->tags[push->tag_count], err))
			return false;
		push->tag_count++;
	}
	if (push->tag_count > 0 && push->reference->tag != NULL)
		return error_set(err, ERROR_TAG_INVALID, "tag: requires a push by digest");
	return true;
}

/* If-Match: move the tag only if it still points to that digest. */
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
		return error_set(err, ERROR_BAD_REQUEST, "If-Match: must be one quoted digest");
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
	reply_headerf(req, "Location", "%s/manifests/%s", v2_call_image_path(req, push->name),
	    request_param(req, "reference"));
	reply_header(req, "Docker-Content-Digest", push->digest.text);
	if (push->manifest->has_subject)
		reply_header(req, "OCI-Subject", push->manifest->subject.text);
	for (size_t i = 0; i < push->tag_count; i++)
		reply_header_add(req, "OCI-Tag", push->tags[i]);
	return reply_empty(req, 201);
}

bool
v2_manifest_put(struct request *req, struct error *err)
{
	struct reference reference;
	struct digest expected;
	struct target target;
	struct manifest_push push = { .reference = &reference };
	char *body;

	if (!name_and_reference(req, &push.name, &reference, err) || !push_tags(req, &push, err) ||
	    !push_expected(req, &push, &expected, err) ||
	    !registry_target_require(request_scope(req), push.name, ACTION_WRITE, &target, err))
		return false;
	if (!request_body(req, MANIFEST_MAX_BYTES, &body, &push.payload.length, err)) {
		if (err->code == ERROR_TOO_LARGE)
			error_set(err, ERROR_MANIFEST_TOO_LARGE, NULL);
		return false;
	}
	push.payload.data = body;
	push.content_type = request_header(req, "Content-Type");
	/* Apache passes an empty header on, lighttpd does not. */
	if (push.content_type != NULL && *push.content_type == '\0')
		push.content_type = NULL;
	if (!registry_manifest_push(request_scope(req), &target, &push, err)) {
		if (err->code == ERROR_MANIFEST_BLOB_UNKNOWN)
			v2_call(req)->detail = missing_detail(&push);
		return false;
	}
	return push_reply(req, &push);
}

bool
v2_manifest_delete(struct request *req, struct error *err)
{
	const char *name;
	struct reference reference;
	struct manifest_holder holder = { NULL, NULL };

	if (!name_and_reference(req, &name, &reference, err))
		return false;
	if (registry_manifest_delete(request_scope(req), name, &reference, &holder, err))
		return reply_empty(req, 202);
	if (err->code == ERROR_MANIFEST_REFERENCED)
		v2_call(req)->detail = json_pack(
		    "{s:s, s:s}", "index", holder.index, "tag", holder.tag);
	return false;
}
