#include "oci/manifest.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "oci/document.h"

enum shape { SHAPE_NONE = 0, SHAPE_IMAGE = 1, SHAPE_INDEX = 2, SHAPE_ARTIFACT = 4 };

static const struct kind {
	const char *media_type;
	enum shape shape;
} kinds[] = {
	{ MEDIATYPE_OCI_MANIFEST,
	    SHAPE_IMAGE }, /* first of its shape, so the type of an untyped document */
	{ MEDIATYPE_OCI_INDEX, SHAPE_INDEX },
	{ MEDIATYPE_OCI_ARTIFACT, SHAPE_ARTIFACT },
	{ MEDIATYPE_DOCKER_MANIFEST, SHAPE_IMAGE },
	{ MEDIATYPE_DOCKER_LIST, SHAPE_INDEX },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Every top-level key that is read, and the shape that it implies. */
static const struct {
	const char *name;
	enum shape shape;
} keys[] = {
	{ "schemaVersion", SHAPE_NONE },
	{ "mediaType", SHAPE_NONE },
	{ "artifactType", SHAPE_NONE },
	{ "subject", SHAPE_NONE },
	{ "annotations", SHAPE_NONE },
	{ "config", SHAPE_IMAGE },
	{ "layers", SHAPE_IMAGE },
	{ "fsLayers", SHAPE_IMAGE },
	{ "manifests", SHAPE_INDEX },
	{ "blobs", SHAPE_ARTIFACT },
};

/* Set *shapes to the shape that the keys imply; more than one is refused. */
static bool
check_keys(json_t *document, unsigned *shapes, struct error *err)
{
	*shapes = 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!document_check_key(document, keys[i].name, err))
			return false;
		if (json_object_get(document, keys[i].name) != NULL)
			*shapes |= keys[i].shape;
	}
	if ((*shapes & (*shapes - 1)) != 0)
		return error_set(err, ERROR_MANIFEST_INVALID,
		    "document can be read as more than one kind of manifest");
	return true;
}

/* Find the kind by Content-Type, mediaType or shape of the document, which must agree if given. */
static const struct kind *
find_kind(json_t *document, const char *declared, enum shape shape, struct error *err)
{
	const json_t *media_type = json_object_get(document, "mediaType");
	const char *type = declared;

	if (media_type != NULL && !json_is_string(media_type)) {
		error_set(err, ERROR_MANIFEST_INVALID, "mediaType: must be a string");
		return NULL;
	}
	if (media_type != NULL && *declared != '\0' &&
	    strcmp(json_string_value(media_type), declared) != 0) {
		error_set(err, ERROR_MANIFEST_INVALID, "mediaType: must equal the Content-Type");
		return NULL;
	}
	if (media_type != NULL)
		type = json_string_value(media_type);
	for (size_t i = 0; i < KINDS; i++) {
		if (*type == '\0' ? kinds[i].shape != shape
				  : strcmp(kinds[i].media_type, type) != 0)
			continue;
		/* An artifact need not have blobs. */
		if (kinds[i].shape == shape ||
		    (shape == SHAPE_NONE && kinds[i].shape == SHAPE_ARTIFACT))
			return &kinds[i];
		error_set(err, ERROR_MANIFEST_INVALID, "document is not a %s", kinds[i].media_type);
		return NULL;
	}
	error_set(err, ERROR_MANIFEST_INVALID, "unknown kind of manifest");
	return NULL;
}

/* Append the descriptors of the array `key` to list, which has room for them. */
static bool
read_descriptors(struct arena *arena, json_t *document, const char *key, enum descriptor_role role,
    struct descriptor *list, struct error *err)
{
	json_t *array = json_object_get(document, key), *json;
	size_t i;

	json_array_foreach(array, i, json) {
		char place[64];

		snprintf(place, sizeof(place), "%s[%zu]", key, i);
		if (!descriptor_read(arena, json, role, place, &list[i], err))
			return false;
	}
	return true;
}

/* The value of an optional key. Some writers give null for a missing value. */
static json_t *
optional(json_t *document, const char *key)
{
	json_t *value = json_object_get(document, key);

	return json_is_null(value) ? NULL : value;
}

/* Set *count to the length of the array `key`, 0 if it is absent; false if it is not an array or
 * too long. */
static bool
count_descriptors(json_t *document, const char *key, size_t *count, struct error *err)
{
	const json_t *array = optional(document, key);

	*count = 0;
	if (array == NULL)
		return true;
	if (!json_is_array(array))
		return error_set(err, ERROR_MANIFEST_INVALID, "%s: must be an array", key);
	*count = json_array_size(array);
	if (*count > MANIFEST_MAX_DESCRIPTORS)
		return error_set(err, ERROR_MANIFEST_INVALID, "%s: must have at most %d entries",
		    key, MANIFEST_MAX_DESCRIPTORS);
	return true;
}

static bool
read_image(struct arena *arena, json_t *document, struct manifest *manifest, struct error *err)
{
	size_t layers;

	if (!count_descriptors(document, "layers", &layers, err))
		return false;
	manifest->blob_count = 1 + layers;
	manifest->blobs = arena_array(arena, manifest->blob_count, sizeof(*manifest->blobs));
	if (!descriptor_read(arena, json_object_get(document, "config"), DESCRIPTOR_CONFIG,
		"config", &manifest->blobs[0], err))
		return false;
	manifest->artifact_type = manifest->blobs[0].media_type;
	return read_descriptors(
	    arena, document, "layers", DESCRIPTOR_LAYER, manifest->blobs + 1, err);
}

static bool
read_index(struct arena *arena, json_t *document, struct manifest *manifest, struct error *err)
{
	manifest->is_index = true;
	if (!count_descriptors(document, "manifests", &manifest->child_count, err))
		return false;
	manifest->children = arena_array(arena, manifest->child_count, sizeof(*manifest->children));
	return read_descriptors(
	    arena, document, "manifests", DESCRIPTOR_CHILD, manifest->children, err);
}

static bool
read_artifact(struct arena *arena, json_t *document, struct manifest *manifest, struct error *err)
{
	if (!count_descriptors(document, "blobs", &manifest->blob_count, err))
		return false;
	manifest->blobs = arena_array(arena, manifest->blob_count, sizeof(*manifest->blobs));
	return read_descriptors(arena, document, "blobs", DESCRIPTOR_LAYER, manifest->blobs, err);
}

static bool
read_annotations(
    struct arena *arena, json_t *document, struct manifest *manifest, struct error *err)
{
	json_t *annotations = optional(document, "annotations"), *value;
	const char *key;
	char *text;

	manifest->annotations_json = "{}";
	if (annotations == NULL)
		return true;
	if (!json_is_object(annotations))
		return error_set(err, ERROR_MANIFEST_INVALID, "annotations: must be an object");
	json_object_foreach(annotations, key, value)
		if (!json_is_string(value))
			return error_set(err, ERROR_MANIFEST_INVALID,
			    "annotations: must have strings as values");
	text = json_dumps(annotations, JSON_COMPACT);
	manifest->annotations_json = arena_strdup(arena, text);
	free(text);
	return true;
}

/* Read the fields that all kinds share: artifactType, subject, annotations. */
static bool
read_common(struct arena *arena, json_t *document, struct manifest *manifest, struct error *err)
{
	json_t *artifact_type = optional(document, "artifactType"),
	       *subject = optional(document, "subject");
	struct descriptor descriptor = { 0 };

	if (artifact_type != NULL && !json_is_string(artifact_type))
		return error_set(err, ERROR_MANIFEST_INVALID, "artifactType: must be a string");
	if (json_string_length(artifact_type) > 0) {
		if (!mediatype_is_printable(json_string_value(artifact_type)))
			return error_set(err, ERROR_MANIFEST_INVALID, "malformed artifactType");
		manifest->artifact_type = arena_strdup(arena, json_string_value(artifact_type));
	}
	if (subject != NULL) {
		if (!descriptor_read(arena, subject, DESCRIPTOR_CHILD, "subject", &descriptor, err))
			return false;
		manifest->has_subject = true;
		manifest->subject = descriptor.digest;
	}
	return read_annotations(arena, document, manifest, err);
}

static bool
read_document(struct arena *arena, json_t *document, const char *declared,
    struct manifest *manifest, struct error *err)
{
	const json_t *version = json_object_get(document, "schemaVersion");
	const struct kind *kind;
	unsigned shapes;
	bool ok = false;

	if (!json_is_object(document))
		return error_set(err, ERROR_MANIFEST_INVALID, "manifest must be a JSON object");
	if (json_integer_value(version) == 1)
		return error_set(err, ERROR_MANIFEST_INVALID,
		    "schema 1 manifests are not accepted; push schema 2");
	if (!check_keys(document, &shapes, err) ||
	    (kind = find_kind(document, declared, (enum shape)shapes, err)) == NULL)
		return false;
	if (kind->shape != SHAPE_ARTIFACT && json_integer_value(version) != 2)
		return error_set(err, ERROR_MANIFEST_INVALID, "schemaVersion: must be 2");
	*manifest = (struct manifest){ .media_type = kind->media_type, .artifact_type = "" };
	switch (kind->shape) {
	case SHAPE_IMAGE:
		ok = read_image(arena, document, manifest, err);
		break;
	case SHAPE_INDEX:
		ok = read_index(arena, document, manifest, err);
		break;
	case SHAPE_ARTIFACT:
	case SHAPE_NONE:
		ok = read_artifact(arena, document, manifest, err);
		break;
	}
	return ok && read_common(arena, document, manifest, err);
}

/* Read the type that the client declares; "" if the Content-Type says nothing. */
static bool
read_content_type(char type[MEDIATYPE_MAX_LENGTH + 1], const char *content_type, struct error *err)
{
	type[0] = '\0';
	if (content_type == NULL)
		return true;
	if (!mediatype_parse(type, content_type, err))
		return false;
	if (strcmp(type, MEDIATYPE_DOCKER_SCHEMA1) == 0 ||
	    strcmp(type, MEDIATYPE_DOCKER_SCHEMA1_SIGNED) == 0)
		return error_set(err, ERROR_MANIFEST_INVALID,
		    "schema 1 manifests are not accepted; push schema 2");
	if (strcmp(type, MEDIATYPE_JSON) == 0)
		type[0] = '\0';
	return true;
}

bool
manifest_parse(struct arena *arena, struct bytes payload, const char *content_type,
    struct manifest **out, struct error *err)
{
	char declared[MEDIATYPE_MAX_LENGTH + 1];
	json_error_t fault;
	json_t *document;
	bool ok;

	if (!read_content_type(declared, content_type, err))
		return false;
	if (payload.length > MANIFEST_MAX_BYTES)
		return error_set(err, ERROR_MANIFEST_TOO_LARGE, NULL);
	document = document_load(arena, payload, &fault);
	if (document == NULL) {
		error_set(err, ERROR_MANIFEST_INVALID,
		    "manifest: must be valid JSON, not too large and not too deep");
		return error_cause(
		    err, "line %d column %d: %s", fault.line, fault.column, fault.text);
	}
	*out = arena_alloc(arena, sizeof(**out));
	ok = read_document(arena, document, declared, *out, err);
	json_decref(document); /* freed early: many times the size of the values read */
	return ok;
}

const struct descriptor *
manifest_child_for(const struct manifest *manifest, const char *platform)
{
	for (size_t i = 0; i < manifest->child_count; i++)
		if (!manifest->children[i].is_artifact &&
		    strcmp(manifest->children[i].platform, platform) == 0)
			return &manifest->children[i];
	return NULL;
}

const char *
manifest_referrer_json(
    struct arena *arena, const struct manifest *manifest, const struct digest *digest, int64_t size)
{
	json_t *json = json_pack("{s:s, s:s, s:I}", "mediaType", manifest->media_type, "digest",
	    digest->text, "size", (json_int_t)size);
	const char *result;
	char *text;

	if (*manifest->artifact_type != '\0')
		json_object_set_new(json, "artifactType", json_string(manifest->artifact_type));
	if (strcmp(manifest->annotations_json, "{}") != 0)
		json_object_set_new(
		    json, "annotations", json_loads(manifest->annotations_json, 0, NULL));
	text = json_dumps(json, JSON_COMPACT);
	result = arena_strdup(arena, text);
	free(text);
	json_decref(json);
	return result;
}
