#include "oci/schema1.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "oci/base64.h"
#include "oci/document.h"
#include "oci/name.h"
#include "oci/prettyjws.h"
#include "oci/v1_image.h"

#define FORM JSON_INDENT(3)
#define ID_LENGTH 64

/* --- Reading --- */

static bool
is_id(const char *text)
{
	return text != NULL && strlen(text) == ID_LENGTH &&
	       strspn(text, "0123456789abcdef") == ID_LENGTH;
}

/* The id (arena) in the JSON of a v1 image; NULL if it has none, or if a client that ignores letter
 * case in keys might read another. */
static const char *
read_id(struct arena *arena, const char *text)
{
	json_t *object = document_load_object(NULL, (struct bytes){ text, strlen(text) });
	const char *id = json_string_value(json_object_get(object, "id"));
	struct error ignored = { 0 };
	bool plain = document_check_key(object, "id", &ignored) &&
		     document_check_key(object, "parent", &ignored);

	id = plain && is_id(id) ? arena_strdup(arena, id) : NULL;
	json_decref(object);
	return id;
}

static bool
read_entry(struct arena *arena, const json_t *layer, const json_t *image, size_t i,
    struct schema1_entry *entry, struct error *err)
{
	const char *blob = json_string_value(json_object_get(layer, "blobSum"));
	const char *text = json_string_value(json_object_get(image, "v1Compatibility"));
	struct error reason = { 0 };

	if (blob == NULL || text == NULL)
		return error_set(err, ERROR_MANIFEST_INVALID,
		    "fsLayers[%zu]: must have blobSum, and history[%zu] v1Compatibility", i, i);
	if (!digest_parse(&entry->blob, blob, &reason))
		return error_set(
		    err, ERROR_MANIFEST_INVALID, "fsLayers[%zu]: %s", i, reason.message);
	entry->text = arena_strdup(arena, text);
	return true;
}

/* Every image has an id, and ids do not repeat further down: the list is a chain. The same id twice
 * in a row is allowed, since docker 1.6 lists its top so. */
static bool
check_ids(struct arena *arena, const struct schema1 *schema1, struct error *err)
{
	json_t *seen = json_object();
	const char *above = "", *id;
	bool ok = true;

	for (size_t i = 0; i < schema1->count && ok; i++, above = id) {
		id = read_id(arena, schema1->entries[i].text);
		if (id == NULL)
			ok = error_set(err, ERROR_MANIFEST_INVALID,
			    "history[%zu]: must be a v1 image with an id", i);
		else if (strcmp(id, above) != 0 && json_object_get(seen, id) != NULL)
			ok = error_set(err, ERROR_MANIFEST_INVALID, "history[%zu] is repeated", i);
		else
			json_object_set_new(seen, id, json_null());
	}
	json_decref(seen);
	return ok;
}

static bool
read_payload(struct arena *arena, json_t *object, struct schema1 *schema1, struct error *err)
{
	static const char *const keys[] = { "schemaVersion", "name", "tag", "architecture",
		"fsLayers", "history" };
	const char *name, *tag, *architecture = "";
	json_t *layers, *history;
	json_error_t fault;
	int version;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!document_check_key(object, keys[i], err))
			return false;
	if (json_unpack_ex(object, &fault, 0, "{s:i, s:s, s:s, s?s, s:o, s:o}", "schemaVersion",
		&version, "name", &name, "tag", &tag, "architecture", &architecture, "fsLayers",
		&layers, "history", &history) != 0) {
		error_set(err, ERROR_MANIFEST_INVALID,
		    "the signed part must have schemaVersion, name, tag, fsLayers and history");
		return error_cause(err, "%s", fault.text);
	}
	if (version != 1)
		return error_set(err, ERROR_MANIFEST_INVALID, "schemaVersion: must be 1");
	schema1->name = arena_strdup(arena, name);
	schema1->tag = arena_strdup(arena, tag);
	schema1->architecture = arena_strdup(arena, architecture);
	schema1->count = json_array_size(layers);
	if (schema1->count == 0 || schema1->count != json_array_size(history) ||
	    schema1->count > MANIFEST_MAX_DESCRIPTORS)
		return error_set(err, ERROR_MANIFEST_INVALID,
		    "fsLayers, history: must be arrays of equal length, 1 to %d",
		    MANIFEST_MAX_DESCRIPTORS);
	schema1->entries = arena_array(arena, schema1->count, sizeof(*schema1->entries));
	for (size_t i = 0; i < schema1->count; i++)
		if (!read_entry(arena, json_array_get(layers, i), json_array_get(history, i), i,
			&schema1->entries[i], err))
			return false;
	return true;
}

/* The document without its signatures must equal the signed payload, because not every client
 * extracts the payload. */
static bool
read_signed(
    struct arena *arena, json_t *whole, json_t *payload, struct schema1 *schema1, struct error *err)
{
	json_object_del(whole, "signatures");
	if (!json_equal(whole, payload))
		return error_set(err, ERROR_MANIFEST_UNVERIFIED,
		    "the document differs from the part that its signatures cover");
	return read_payload(arena, payload, schema1, err);
}

bool
schema1_parse(struct arena *arena, struct bytes document, struct schema1 **out, struct error *err)
{
	struct schema1 *schema1 = arena_alloc(arena, sizeof(*schema1));
	json_t *whole = document_load_object(arena, document), *payload = NULL;
	bool ok;

	*out = schema1;
	ok = whole != NULL ||
	     error_set(err, ERROR_MANIFEST_INVALID, "manifest must be a JSON object");
	ok = ok && prettyjws_verify(arena, json_object_get(whole, "signatures"), document,
		       &schema1->payload, err);
	if (ok) {
		digest_of(&schema1->digest, DIGEST_SHA256, schema1->payload.data,
		    schema1->payload.length);
		payload = document_load_object(NULL, schema1->payload);
		ok = read_signed(arena, whole, payload, schema1, err);
	}
	json_decref(payload);
	json_decref(whole);
	return ok && check_ids(arena, schema1, err);
}

/* --- As a manifest --- */

bool
schema1_is(const char *content_type, struct bytes document)
{
	char type[MEDIATYPE_MAX_LENGTH + 1] = "";
	struct error ignored = { 0 };
	json_error_t fault;
	json_t *json;
	bool is;

	if (content_type != NULL && !mediatype_parse(type, content_type, &ignored))
		return false;
	if (strcmp(type, MEDIATYPE_DOCKER_SCHEMA1) == 0 ||
	    strcmp(type, MEDIATYPE_DOCKER_SCHEMA1_SIGNED) == 0)
		return true;
	if (*type != '\0' && strcmp(type, MEDIATYPE_JSON) != 0)
		return false;
	/* Docker up to 1.9 sends no type. */
	json = document_load(NULL, document, &fault);
	is = json_integer_value(json_object_get(json, "schemaVersion")) == 1;
	json_decref(json);
	return is;
}

/* Each layer once; the empty layer need not be stored, since every repository has it. */
static struct manifest *
manifest_of(struct arena *arena, const struct schema1 *schema1)
{
	struct manifest *manifest = arena_alloc(arena, sizeof(*manifest));
	struct digest empty;

	v1_image_empty_layer_digest(&empty);
	*manifest = (struct manifest){ .media_type = MEDIATYPE_DOCKER_SCHEMA1_SIGNED,
		.artifact_type = "",
		.annotations_json = "{}" };
	manifest->blobs = arena_array(arena, schema1->count, sizeof(*manifest->blobs));
	for (size_t i = 0; i < schema1->count; i++) {
		bool skip = digest_equal(&schema1->entries[i].blob, &empty);

		for (size_t j = 0; j < manifest->blob_count && !skip; j++)
			skip = digest_equal(&manifest->blobs[j].digest, &schema1->entries[i].blob);
		if (!skip)
			manifest->blobs[manifest->blob_count++] = (struct descriptor){
				.role = DESCRIPTOR_LAYER,
				.media_type = MEDIATYPE_DOCKER_LAYER ".gzip",
				.digest = schema1->entries[i].blob,
				.size = -1, /* schema 1 does not state it */
			};
	}
	return manifest;
}

bool
schema1_read(struct arena *arena, struct bytes document, struct manifest **manifest,
    struct digest *digest, struct error *err)
{
	struct schema1 *schema1;

	if (!schema1_parse(arena, document, &schema1, err))
		return false;
	if (!name_check(schema1->name, err) || !name_check_tag(schema1->tag, err))
		return error_set(err, ERROR_MANIFEST_INVALID, "malformed name or tag");
	*digest = schema1->digest;
	*manifest = manifest_of(arena, schema1);
	return true;
}

/* --- Writing --- */

static struct bytes
dump(struct arena *arena, json_t *json)
{
	char *text = json_dumps(json, FORM);
	struct bytes bytes = { arena_strdup(arena, text), strlen(text) };

	free(text);
	json_decref(json);
	return bytes;
}

void
schema1_print(struct arena *arena, struct schema1 *schema1)
{
	json_t *layers = json_array(), *history = json_array();

	for (size_t i = 0; i < schema1->count; i++) {
		json_array_append_new(
		    layers, json_pack("{s:s}", "blobSum", schema1->entries[i].blob.text));
		json_array_append_new(
		    history, json_pack("{s:s}", "v1Compatibility", schema1->entries[i].text));
	}
	schema1->payload = dump(
	    arena, json_pack("{s:i, s:s, s:s, s:s, s:o, s:o}", "schemaVersion", 1, "name",
		       schema1->name, "tag", schema1->tag, "architecture", schema1->architecture,
		       "fsLayers", layers, "history", history));
	digest_of(&schema1->digest, DIGEST_SHA256, schema1->payload.data, schema1->payload.length);
}

struct bytes
schema1_sign(struct arena *arena, const struct schema1 *schema1, const struct signer *signer,
    const char *time)
{
	const char *payload = schema1->payload.data, *protected, *input;
	size_t length = schema1->payload.length - 1; /* up to the last brace */
	struct bytes signatures;
	char *text;

	while (strchr(" \t\r\n", payload[length - 1]) != NULL)
		length--;
	protected = arena_printf(arena,
	    "{\"formatLength\":%zu,\"formatTail\":\"%s\",\"time\":\"%s\"}", length,
	    base64_url_encode(arena, payload + length, schema1->payload.length - length), time);
	protected = base64_url_encode(arena, protected, strlen(protected));
	input = arena_printf(
	    arena, "%s.%s", protected, base64_url_encode(arena, payload, schema1->payload.length));
	signatures = dump(
	    arena, json_pack("{s:[{s:{s:o, s:s}, s:s, s:s}]}", "signatures", "header", "jwk",
		       signer_jwk(signer, arena), "alg", "ES256", "signature",
		       signer_sign(signer, arena, input, strlen(input)), "protected", protected));
	/* Replace the last brace by a comma and the signatures object without its first line. */
	text = arena_printf(
	    arena, "%.*s,%s", (int)length, payload, (const char *)signatures.data + 1);
	return (struct bytes){ text, strlen(text) };
}
