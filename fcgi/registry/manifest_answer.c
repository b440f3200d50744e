#include "registry/manifest_answer.h"

#include <string.h>

#include "base/log.h"
#include "oci/manifest.h"
#include "oci/schema1.h"
#include "registry/remote_search.h"

static bool
type_is_in(const char *list, const char *type)
{
	size_t length = strlen(type);

	for (const char *p = list; (p = strstr(p, type)) != NULL; p += length)
		if ((p == list || strchr(", ", p[-1]) != NULL) &&
		    (p[length] == '\0' || strchr(", ", p[length]) != NULL))
			return true;
	return false;
}

/* The expected digest: the requested one, or the announced one, which is stored in *announced.
 * NULL: any. */
static const struct digest *
expected_digest(
    const struct reference *reference, const struct upstream_reply *reply, struct digest *announced)
{
	struct error ignored = { 0 };

	if (reference->tag == NULL)
		return &reference->digest;
	return reply->digest != NULL && digest_parse(announced, reply->digest, &ignored) ? announced
											 : NULL;
}

/* Read and verify an answer. Its media type is `type`; NULL: the one in the document. */
static bool
read_manifest(struct arena *arena, const struct remote *remote, const char *type,
    struct bytes payload, const struct digest *expected, struct manifest **manifest,
    struct digest *digest, struct error *err)
{
	struct error reason = { 0 };
	bool schema1 = schema1_is(type, payload);

	if (schema1 && remote->block_schema1)
		return remote_search_refuse(remote,
		    "schema 1 manifests are not accepted from it: blockPushingSchema1 is on", err);
	if (schema1 && !schema1_read(arena, payload, manifest, digest, &reason))
		return remote_search_refuse(remote, reason.message, err);
	if (!schema1)
		digest_of(digest, expected == NULL ? DIGEST_SHA256 : expected->algorithm,
		    payload.data, payload.length);
	if (expected != NULL && !digest_equal(digest, expected))
		return remote_search_refuse(remote, "the manifest does not match its digest", err);
	return schema1 || manifest_parse(arena, payload, type, manifest, &reason) ||
	       remote_search_refuse(remote, reason.message, err);
}

/* A layer that the upstream does not have and that has no URL cannot be fetched. */
static struct manifest *
without_lost(struct arena *arena, const struct manifest *manifest)
{
	struct manifest *kept = arena_alloc(arena, sizeof(*kept));

	*kept = *manifest;
	kept->blobs = arena_array(arena, manifest->blob_count, sizeof(*kept->blobs));
	kept->blob_count = 0;
	for (size_t i = 0; i < manifest->blob_count; i++)
		if (!manifest->blobs[i].foreign || manifest->blobs[i].url != NULL)
			kept->blobs[kept->blob_count++] = manifest->blobs[i];
	return kept;
}

/* Store a verified answer. A wrong size in a descriptor is left for clients to detect. */
static bool
cache_manifest(struct request_scope *scope, const struct remote *remote, const char *tag,
    const struct manifest *manifest, const struct digest *digest, struct bytes payload,
    struct error *err)
{
	struct arena *arena = scope->registry->db->arena;
	const struct manifest_cache order = {
		.remote = remote,
		.tag = tag,
		.manifest = without_lost(arena, manifest),
		.digest = digest,
		.payload = payload,
		.referrer = manifest->has_subject ? manifest_referrer_json(arena, manifest, digest,
							(int64_t)payload.length)
						  : NULL,
		.actor = &scope->actor,
	};
	const char *warning = NULL;

	if (!db_manifest_cache(scope->registry->db, &order, &warning, err))
		return false;
	if (warning != NULL)
		log_line(LOG_LEVEL_WARNING, "%s: %s/%s has a wrong size: %s", remote->key,
		    remote->path, digest->text, warning);
	return true;
}

/*
 * The media type that an answer claims for its manifest, read as for a push; application/json
 * claims nothing. NULL: the manifest itself names its type, as it does if the remote ignores the
 * claimed type.
 */
static bool
read_claim(struct arena *arena, const struct remote *remote, const char *content_type,
    const char **claim, struct error *err)
{
	char *type = arena_alloc(arena, MEDIATYPE_MAX_LENGTH + 1);
	struct error ignored = { 0 };

	*claim = NULL;
	if (!remote->block_mismatching_types || type_is_in(remote->mismatching_types, content_type))
		return true;
	if (!mediatype_parse(type, content_type, &ignored))
		return remote_search_refuse(
		    remote, "the response's media type is not a manifest's", err);
	if (strcmp(type, MEDIATYPE_JSON) == 0)
		return true;
	*claim = type;
	return mediatype_is_manifest(type) ||
	       remote_search_refuse(remote, "the response's media type is not a manifest's", err);
}

bool
manifest_answer_accept(struct request_scope *scope, const struct remote *remote,
    const struct reference *reference, const struct upstream_reply *reply,
    struct manifest_row **row, struct error *err)
{
	struct arena *arena = scope->registry->db->arena;
	const struct bytes payload = { reply->body, reply->body_length };
	struct manifest *manifest;
	struct digest announced, digest;
	const struct digest *expected = expected_digest(reference, reply, &announced);
	const char *claim;

	if (!read_claim(arena, remote, reply->content_type, &claim, err) ||
	    !read_manifest(arena, remote, claim, payload, expected, &manifest, &digest, err))
		return false;
	if (!remote->store_locally) {
		*row = arena_alloc(arena, sizeof(**row));
		**row = (struct manifest_row){
			.digest = digest,
			.media_type = manifest->media_type,
			.size = (int64_t)payload.length,
			.payload = payload,
			.repository = remote->key,
			.member = remote->id,
			.remote = true,
		};
		return true;
	}
	return cache_manifest(scope, remote, reference->tag, manifest, &digest, payload, err);
}
