#include "registry/push.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "oci/schema1.h"
#include "oci/v1_image.h"
#include "registry/session.h"

bool
registry_blob_mount(struct request_scope *scope, const char *name, const char *from,
    const struct digest *digest, bool *mounted, struct error *err)
{
	struct target target = { 0 };

	return registry_target_require(scope, name, ACTION_WRITE, &target, err) &&
	       db_blob_mount(scope->registry->db, scope->key, from, &target, name, digest,
		   &scope->principal, mounted, err);
}

/* Foreign layers need not be stored, so the database is not asked for them. */
static struct manifest *
without_foreign(struct arena *arena, const struct manifest *manifest)
{
	struct manifest *kept = arena_alloc(arena, sizeof(*kept));
	size_t n = 0;

	*kept = *manifest;
	kept->blobs = arena_array(arena, manifest->blob_count, sizeof(*kept->blobs));
	for (size_t i = 0; i < manifest->blob_count; i++)
		if (!manifest->blobs[i].foreign)
			kept->blobs[n++] = manifest->blobs[i];
	kept->blob_count = n;
	return kept;
}

/* A descriptor whose size differs from that of the stored content. */
static bool
size_error(
    const struct manifest *manifest, const struct digest *digest, int64_t size, struct error *err)
{
	const struct descriptor *lists[] = { manifest->blobs, manifest->children };
	const size_t counts[] = { manifest->blob_count, manifest->child_count };

	for (size_t list = 0; list < 2; list++)
		for (size_t i = 0; i < counts[list]; i++)
			if (digest_equal(&lists[list][i].digest, digest) &&
			    lists[list][i].size != size)
				return error_set(err, ERROR_MANIFEST_INVALID,
				    "%s: size must be %" PRId64 " (got %" PRId64 ")", digest->text,
				    size, lists[list][i].size);
	return error_set(
	    err, ERROR_MANIFEST_INVALID, "%s: size must be %" PRId64, digest->text, size);
}

static bool
outcome_error(const struct manifest_push *push, enum manifest_put_outcome outcome, int64_t size,
    struct error *err)
{
	switch (outcome) {
	case MANIFEST_PUT_DONE:
		return true;
	case MANIFEST_PUT_MISSING:
		return error_set(err, ERROR_MANIFEST_BLOB_UNKNOWN,
		    "manifest references content unknown to this repository: %s",
		    push->missing_count > 0 ? push->missing[0].text : "");
	case MANIFEST_PUT_DENIED:
		return error_set(err, ERROR_DENIED,
		    "cannot move the tag: overwriting requires the right to delete as well as to write");
	case MANIFEST_PUT_PRECONDITION:
		return error_set(
		    err, ERROR_PRECONDITION, "If-Match: the tag does not refer to that digest");
	case MANIFEST_PUT_EXCLUDED:
		return error_set(err, ERROR_DENIED, "tag excluded by the repository's patterns");
	case MANIFEST_PUT_SIZE:
		return size_error(push->manifest, &push->missing[0], size, err);
	case MANIFEST_PUT_RETARGET:
		break;
	}
	return error_set(
	    err, ERROR_CONFLICT, "the repository was changed by another request, try again");
}

/* The digest that the client named, or the sha256 digest of the bytes. */
static bool
push_digest(struct manifest_push *push, struct error *err)
{
	const struct reference *reference = push->reference;
	enum digest_algorithm algorithm = reference->tag != NULL ? DIGEST_SHA256
								 : reference->digest.algorithm;

	digest_of(&push->digest, algorithm, push->payload.data, push->payload.length);
	if (reference->tag == NULL && !digest_equal(&push->digest, &reference->digest))
		return error_set(err, ERROR_DIGEST_INVALID, NULL);
	return true;
}

/* Read a signed schema 1 manifest, if the target accepts them. Its digest covers the signed part;
 * the whole document is stored. */
static bool
read_schema1(struct arena *arena, const struct target *target, struct manifest_push *push,
    struct manifest **manifest, struct error *err)
{
	if (!target->takes_schema1)
		return error_set(err, ERROR_MANIFEST_INVALID,
		    "schema 1 manifests are not accepted: blockPushingSchema1 is on in repository %s",
		    target->key);
	if (!schema1_read(arena, push->payload, manifest, &push->digest, err))
		return false;
	return push->reference->tag != NULL ||
	       digest_equal(&push->digest, &push->reference->digest) ||
	       error_set(err, ERROR_DIGEST_INVALID, NULL);
}

static bool
read_manifest(struct arena *arena, const struct target *target, struct manifest_push *push,
    struct manifest **manifest, struct error *err)
{
	if (schema1_is(push->content_type, push->payload))
		return read_schema1(arena, target, push, manifest, err);
	return push_digest(push, err) &&
	       manifest_parse(arena, push->payload, push->content_type, manifest, err);
}

/* --- The push --- */

/* Is only the empty layer missing? Clients need not push it, because every repository has it. */
static bool
lacks_empty_layer(const struct manifest_push *push)
{
	struct digest empty;

	v1_image_empty_layer_digest(&empty);
	return push->missing_count == 1 && digest_equal(&push->missing[0], &empty);
}

/* Store the empty layer: a stored manifest must only name stored blobs. */
static bool
bring_empty_layer(
    struct request_scope *scope, const struct target *target, const char *name, struct error *err)
{
	struct session *session;
	struct digest digest;

	v1_image_empty_layer_digest(&digest);
	return registry_session_start_at(scope, target, name, DIGEST_SHA256, &session, err) &&
	       session_write(
		   session, v1_image_empty_layer.data, v1_image_empty_layer.length, err) &&
	       session_commit(session, &digest, err);
}

bool
registry_manifest_push(struct request_scope *scope, const struct target *target,
    struct manifest_push *push, struct error *err)
{
	struct arena *arena = scope->registry->db->arena;
	struct manifest *manifest;
	enum manifest_put_outcome outcome;
	int64_t size = 0;
	struct manifest_put put = {
		.key = scope->key,
		.name = push->name,
		.target = target,
		.principal = &scope->principal,
		.actor = &scope->actor,
		.digest = &push->digest,
		.payload = push->payload,
		.tags = push->reference->tag != NULL ? &push->reference->tag : push->tags,
		.tag_count = push->reference->tag != NULL ? 1 : push->tag_count,
		.expected = push->expected,
	};

	if (!read_manifest(arena, target, push, &manifest, err))
		return false;
	push->manifest = manifest;
	put.manifest = without_foreign(arena, manifest);
	if (manifest->has_subject)
		put.referrer = manifest_referrer_json(
		    arena, manifest, &push->digest, (int64_t)push->payload.length);
	if (!db_manifest_put(scope->registry->db, &put, &outcome, &push->missing,
		&push->missing_count, &size, err))
		return false;
	if (outcome == MANIFEST_PUT_MISSING && lacks_empty_layer(push) &&
	    (!bring_empty_layer(scope, target, push->name, err) ||
		!db_manifest_put(scope->registry->db, &put, &outcome, &push->missing,
		    &push->missing_count, &size, err)))
		return false;
	return outcome_error(push, outcome, size, err);
}
