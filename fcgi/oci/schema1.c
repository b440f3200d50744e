#include "oci/schema1.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "oci/base64url.h"
#include "oci/document.h"

#define FORM JSON_INDENT(3)
#define SIGNATURES_MOST 16
#define ID_LENGTH 64

/* --- Signatures --- */

static void
document_free(void *document)
{
	json_decref(document);
}

/* JSON that goes with the arena; NULL if it is no object. */
static json_t *
load_object(struct arena *arena, struct bytes bytes)
{
	json_error_t fault;
	json_t *document = document_load(bytes, &fault);

	if (document != NULL)
		arena_defer(arena, document_free, document);
	return json_is_object(document) ? document : NULL;
}

/* Where the payload ends in the document, and what follows it: the same for every signature. */
struct format {
	json_int_t length;
	struct bytes tail;
	bool known;
};

static bool
read_format(struct arena *arena, const char *protected, struct format *format)
{
	struct bytes bytes, tail;
	json_int_t length;
	const char *text;
	json_t *object;

	if (!base64url_decode(arena, protected, strlen(protected), &bytes) ||
	    (object = load_object(arena, bytes)) == NULL ||
	    json_unpack(object, "{s:I, s:s}", "formatLength", &length, "formatTail", &text) != 0 ||
	    !base64url_decode(arena, text, strlen(text), &tail))
		return false;
	if (format->known)
		return length == format->length && tail.length == format->tail.length &&
		       memcmp(tail.data, format->tail.data, tail.length) == 0;
	*format = (struct format){ length, tail, true };
	return true;
}

static bool
cut_payload(
    struct arena *arena, struct bytes document, const struct format *format, struct bytes *payload)
{
	char *text;

	if (format->length < 0 || (size_t)format->length > document.length)
		return false;
	text = arena_alloc(arena, (size_t)format->length + format->tail.length + 1);
	memcpy(text, document.data, (size_t)format->length);
	memcpy(text + format->length, format->tail.data, format->tail.length);
	text[(size_t)format->length + format->tail.length] = '\0';
	*payload = (struct bytes){ text, (size_t)format->length + format->tail.length };
	return true;
}

static bool
verify_one(struct arena *arena, const json_t *entry, struct bytes payload)
{
	const json_t *header = json_object_get(entry, "header");
	const json_t *jwk = json_object_get(header, "jwk");
	const char *alg = json_string_value(json_object_get(header, "alg"));
	const char *protected = json_string_value(json_object_get(entry, "protected"));
	const char *signature = json_string_value(json_object_get(entry, "signature"));
	const char *input;

	/* A chain of certificates says who signed; nobody here could tell whether to believe it. */
	if (alg == NULL || strcmp(alg, "ES256") != 0 || jwk == NULL || signature == NULL ||
	    json_object_get(header, "x5c") != NULL)
		return false;
	input = arena_printf(
	    arena, "%s.%s", protected, base64url_encode(arena, payload.data, payload.length));
	return signature_verify(arena, jwk, signature, input, strlen(input));
}

static bool
verify(struct arena *arena, struct bytes document, struct bytes *payload, struct error *err)
{
	const json_t *object = load_object(arena, document), *list;
	struct format format = { 0 };
	json_t *entry;
	size_t i;

	if (object == NULL)
		return error_set(err, ERROR_MANIFEST_INVALID, "manifest is not a JSON object");
	list = json_object_get(object, "signatures");
	if (json_array_size(list) == 0 || json_array_size(list) > SIGNATURES_MOST)
		return error_set(err, ERROR_MANIFEST_INVALID, "schema 1 needs 1 to %d signatures",
		    SIGNATURES_MOST);
	json_array_foreach(list, i, entry) {
		const char *protected = json_string_value(json_object_get(entry, "protected"));

		if (protected == NULL || !read_format(arena, protected, &format))
			return error_set(err, ERROR_MANIFEST_UNVERIFIED,
			    "signature %zu says no format, or another", i);
	}
	if (!cut_payload(arena, document, &format, payload))
		return error_set(err, ERROR_MANIFEST_UNVERIFIED, "formatLength is beyond the end");
	json_array_foreach(list, i, entry)
		if (!verify_one(arena, entry, *payload))
			return error_set(
			    err, ERROR_MANIFEST_UNVERIFIED, "signature %zu is not good", i);
	return true;
}

/* --- Reading --- */

static bool
is_id(const char *text)
{
	return text != NULL && strlen(text) == ID_LENGTH &&
	       strspn(text, "0123456789abcdef") == ID_LENGTH;
}

/* The JSON of a v1 image, as text; it must have an id. */
static bool
check_text(struct arena *arena, const char *text)
{
	const json_t *object = load_object(arena, (struct bytes){ text, strlen(text) });

	return is_id(json_string_value(json_object_get(object, "id")));
}

static bool
read_entries(struct arena *arena, const json_t *object, struct schema1 *schema1, struct error *err)
{
	const json_t *layers = json_object_get(object, "fsLayers");
	const json_t *history = json_object_get(object, "history");
	struct error reason = { 0 };

	schema1->count = json_array_size(layers);
	if (schema1->count == 0 || schema1->count != json_array_size(history))
		return error_set(err, ERROR_MANIFEST_INVALID,
		    "fsLayers and history must be lists of one length");
	schema1->entries = arena_array(arena, schema1->count, sizeof(*schema1->entries));
	for (size_t i = 0; i < schema1->count; i++) {
		struct schema1_entry *entry = &schema1->entries[i];
		const char *blob = json_string_value(
		    json_object_get(json_array_get(layers, i), "blobSum"));

		entry->text = json_string_value(
		    json_object_get(json_array_get(history, i), "v1Compatibility"));
		if (blob == NULL || !digest_parse(&entry->blob, blob, &reason))
			return error_set(
			    err, ERROR_MANIFEST_INVALID, "fsLayers[%zu] has no blobSum", i);
		if (entry->text == NULL || !check_text(arena, entry->text))
			return error_set(err, ERROR_MANIFEST_INVALID,
			    "history[%zu] has no v1Compatibility with an id", i);
	}
	return true;
}

bool
schema1_parse(struct arena *arena, struct bytes document, struct schema1 **out, struct error *err)
{
	struct schema1 *schema1 = arena_alloc(arena, sizeof(*schema1));
	json_error_t fault;
	json_t *object;
	int version;

	*schema1 = (struct schema1){ .architecture = "" };
	*out = schema1;
	if (!verify(arena, document, &schema1->payload, err))
		return false;
	object = load_object(arena, schema1->payload);
	if (json_unpack_ex(object, &fault, 0, "{s:i, s:s, s:s, s?s}", "schemaVersion", &version,
		"name", &schema1->name, "tag", &schema1->tag, "architecture",
		&schema1->architecture) != 0 ||
	    version != 1)
		return error_set(err, ERROR_MANIFEST_INVALID,
		    "the signed part needs schemaVersion 1, name and tag");
	digest_of(&schema1->digest, DIGEST_SHA256, schema1->payload.data, schema1->payload.length);
	return read_entries(arena, object, schema1, err);
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
	size_t length = schema1->payload.length - 1; /* of what stands before the last brace */
	struct bytes signatures;
	char *text;

	while (strchr(" \t\r\n", payload[length - 1]) != NULL)
		length--;
	protected = arena_printf(arena,
	    "{\"formatLength\":%zu,\"formatTail\":\"%s\",\"time\":\"%s\"}", length,
	    base64url_encode(arena, payload + length, schema1->payload.length - length), time);
	protected = base64url_encode(arena, protected, strlen(protected));
	input = arena_printf(
	    arena, "%s.%s", protected, base64url_encode(arena, payload, schema1->payload.length));
	signatures = dump(
	    arena, json_pack("{s:[{s:{s:o, s:s}, s:s, s:s}]}", "signatures", "header", "jwk",
		       signer_jwk(signer, arena), "alg", "ES256", "signature",
		       signer_sign(signer, arena, input, strlen(input)), "protected", protected));
	/* In place of the last brace: a comma, and the other object from its second line on. */
	text = arena_printf(
	    arena, "%.*s,%s", (int)length, payload, (const char *)signatures.data + 1);
	return (struct bytes){ text, strlen(text) };
}
