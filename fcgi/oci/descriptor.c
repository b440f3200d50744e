#include "oci/descriptor.h"

#include <inttypes.h>
#include <string.h>

#include "oci/mediatype.h"

/* Beyond this, not every parser reads JSON numbers exactly (RFC 8259, 6). */
#define DESCRIPTOR_SIZE_MAX ((INT64_C(1) << 53) - 1)

static const char *const foreign_types[] = {
	"application/vnd.docker.image.rootfs.foreign.",
	"application/vnd.oci.image.layer.nondistributable.",
};

static bool
is_foreign(const char *media_type, const json_t *descriptor)
{
	for (size_t i = 0; i < sizeof(foreign_types) / sizeof(foreign_types[0]); i++)
		if (strncmp(media_type, foreign_types[i], strlen(foreign_types[i])) == 0)
			return true;
	return json_array_size(json_object_get(descriptor, "urls")) > 0;
}

/* The URL of content that is stored elsewhere. */
static const char *
external_url(struct arena *arena, const json_t *descriptor)
{
	json_t *url;
	size_t i;

	json_array_foreach(json_object_get(descriptor, "urls"), i, url) {
		const char *text = json_string_value(url);

		if (text != NULL &&
		    (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0))
			return arena_strdup(arena, text);
	}
	return NULL;
}

/* "os/architecture" of a child; malformed parts are treated as missing. */
static const char *
read_platform(struct arena *arena, const json_t *descriptor)
{
	const json_t *platform = json_object_get(descriptor, "platform");
	const char *os = json_string_value(json_object_get(platform, "os"));
	const char *architecture = json_string_value(json_object_get(platform, "architecture"));

	return os == NULL || architecture == NULL ? ""
						  : arena_printf(arena, "%s/%s", os, architecture);
}

bool
descriptor_read(struct arena *arena, json_t *json, enum descriptor_role role, const char *place,
    struct descriptor *out, struct error *err)
{
	const char *media_type, *digest;
	struct error reason;
	json_error_t fault;
	json_int_t size;

	if (json_unpack_ex(json, &fault, 0, "{s:s, s:s, s:I}", "mediaType", &media_type, "digest",
		&digest, "size", &size) == -1) {
		error_set(
		    err, ERROR_MANIFEST_INVALID, "%s: must have mediaType, digest and size", place);
		return error_cause(err, "%s", fault.text);
	}
	if (!mediatype_is_printable(media_type))
		return error_set(err, ERROR_MANIFEST_INVALID, "%s: malformed mediaType", place);
	if (!digest_parse(&out->digest, digest, &reason))
		return error_set(err, ERROR_MANIFEST_INVALID, "%s: %s", place, reason.message);
	if (size < 0 || size > DESCRIPTOR_SIZE_MAX)
		return error_set(err, ERROR_MANIFEST_INVALID,
		    "%s: size must be 0 to 2^53 - 1 (got %" PRId64 ")", place, (int64_t)size);
	out->role = role;
	out->media_type = arena_strdup(arena, media_type);
	out->size = size;
	out->foreign = role == DESCRIPTOR_LAYER && is_foreign(media_type, json);
	out->url = out->foreign ? external_url(arena, json) : NULL;
	out->platform = role == DESCRIPTOR_CHILD ? read_platform(arena, json) : "";
	out->is_artifact = json_string_length(json_object_get(json, "artifactType")) > 0;
	return true;
}
