/* Manifests: an accepted one can be listed as a referrer, and every descriptor is complete. */
#include "fuzz.h"

#include <jansson.h>
#include <string.h>

#include "oci/manifest.h"

static void
check_descriptors(const struct descriptor *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		MUST(list[i].role != 0 && list[i].size >= 0 && *list[i].media_type != '\0' &&
		     strlen(list[i].media_type) <= MEDIATYPE_MAX_LENGTH &&
		     strchr(list[i].digest.text, ':') != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = { NULL, MEDIATYPE_OCI_MANIFEST, MEDIATYPE_OCI_INDEX,
		MEDIATYPE_OCI_ARTIFACT };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct arena *arena = arena_new();
		struct manifest *manifest;
		struct error err = { 0 };
		struct digest digest;
		json_t *referrer;

		if (manifest_parse(
			arena, (struct bytes){ data, size }, types[i], &manifest, &err)) {
			MUST(types[i] == NULL || strcmp(manifest->media_type, types[i]) == 0);
			MUST(manifest->is_index == (manifest->children != NULL) &&
			     (!manifest->is_index || manifest->blob_count == 0));
			check_descriptors(manifest->blobs, manifest->blob_count);
			check_descriptors(manifest->children, manifest->child_count);
			digest_of(&digest, DIGEST_SHA256, data, size);
			referrer = json_loads(
			    manifest_referrer_json(arena, manifest, &digest, (int64_t)size), 0,
			    NULL);
			MUST(referrer != NULL);
			json_decref(referrer);
		} else
			MUST(err.code == ERROR_MANIFEST_INVALID ||
			     err.code == ERROR_MANIFEST_TOO_LARGE);
		arena_free(arena);
	}
	return 0;
}
