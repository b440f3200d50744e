#include "db/parts.h"

#include "base/network.h"
#include "base/uuid.h"

const char *
parts_address(const char *address)
{
	struct ip ignored;

	return address != NULL && ip_parse(address, &ignored) ? address : NULL;
}

const char *
actor_name(const struct actor *actor)
{
	return actor->name == NULL ? "" : actor->name;
}

const char *
actor_address(const struct actor *actor)
{
	return parts_address(actor->address);
}

const char *
actor_request(const struct actor *actor)
{
	return actor->request != NULL && uuid_check(actor->request) ? actor->request : NULL;
}

static struct descriptor_arrays
descriptor_arrays(struct arena *arena, const struct descriptor *descriptors, size_t count)
{
	int64_t *algorithms = arena_array(arena, count, sizeof(*algorithms));
	int64_t *sizes = arena_array(arena, count, sizeof(*sizes));
	int64_t *roles = arena_array(arena, count, sizeof(*roles));
	struct digest *digests = arena_array(arena, count, sizeof(*digests));

	for (size_t i = 0; i < count; i++) {
		algorithms[i] = descriptors[i].digest.algorithm;
		sizes[i] = descriptors[i].size;
		roles[i] = descriptors[i].role;
		digests[i] = descriptors[i].digest;
	}
	return (struct descriptor_arrays){
		.algorithms = { algorithms, count },
		.sizes = { sizes, count },
		.roles = { roles, count },
		.digests = { digests, count },
	};
}

struct manifest_references
manifest_references(struct arena *arena, const struct manifest *manifest)
{
	return (struct manifest_references){
		.blobs = descriptor_arrays(arena, manifest->blobs, manifest->blob_count),
		.children = descriptor_arrays(arena, manifest->children, manifest->child_count),
		.subject = manifest->has_subject ? &manifest->subject : NULL,
	};
}

struct bytes
parts_digest_bytes(const struct digest *digest)
{
	if (digest == NULL)
		return (struct bytes){ 0 };
	return (struct bytes){ digest->value, digest_length(digest->algorithm) };
}

bool
parts_digest_read(struct digest *digest, int algorithm, struct bytes value)
{
	return digest_set(digest, (enum digest_algorithm)algorithm, value.data, value.length);
}

int
parts_digest_number(const struct digest *digest)
{
	return digest == NULL ? 0 : (int)digest->algorithm;
}

bool
parts_is_done(const char *reason, struct error *err)
{
	return reason == NULL || error_set(err, ERROR_NOT_FOUND, "%s", reason);
}

bool
parts_v1_id(struct digest *id, struct bytes bytes, struct error *err)
{
	if (digest_set(id, DIGEST_SHA256, bytes.data, bytes.length))
		return true;
	error_set(err, ERROR_INTERNAL, NULL);
	return error_cause(err, "the database holds an impossible v1 id");
}
