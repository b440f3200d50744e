#include "oci/prettyjws.h"

#include <string.h>

#include "oci/base64.h"
#include "oci/document.h"
#include "oci/signature.h"

#define SIGNATURES_MAX 16

/* Where the payload ends in the document, and the bytes that follow it: the same for every
 * signature. */
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
	bool ok;

	if (!base64_url_decode(arena, protected, strlen(protected), &bytes))
		return false;
	object = document_load_object(NULL, bytes);
	ok = json_unpack(object, "{s:I, s:s}", "formatLength", &length, "formatTail", &text) == 0 &&
	     base64_url_decode(arena, text, strlen(text), &tail);
	json_decref(object);
	if (!ok)
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

/* `encoded` is the payload in base64url. */
static bool
verify_one(struct arena *scratch, const json_t *entry, const char *encoded)
{
	const json_t *header = json_object_get(entry, "header");
	const json_t *jwk = json_object_get(header, "jwk");
	const char *alg = json_string_value(json_object_get(header, "alg"));
	const char *protected = json_string_value(json_object_get(entry, "protected"));
	const char *signature = json_string_value(json_object_get(entry, "signature"));
	const char *input;

	/* A certificate chain cannot be verified here, since trust anchors are missing. */
	if (alg == NULL || strcmp(alg, "ES256") != 0 || jwk == NULL || signature == NULL ||
	    json_object_get(header, "x5c") != NULL)
		return false;
	arena_reset(scratch);
	input = arena_printf(scratch, "%s.%s", protected, encoded);
	return signature_verify(scratch, jwk, signature, input, strlen(input));
}

bool
prettyjws_verify(struct arena *arena, const json_t *list, struct bytes document,
    struct bytes *payload, struct error *err)
{
	struct format format = { 0 };
	struct arena *scratch; /* the signed text is larger than the document, once per signature */
	const char *encoded;
	json_t *entry;
	size_t i;

	if (json_array_size(list) == 0 || json_array_size(list) > SIGNATURES_MAX)
		return error_set(
		    err, ERROR_MANIFEST_INVALID, "signatures: must be 1 to %d", SIGNATURES_MAX);
	json_array_foreach(list, i, entry) {
		const char *protected = json_string_value(json_object_get(entry, "protected"));

		if (protected == NULL || !read_format(arena, protected, &format))
			return error_set(err, ERROR_MANIFEST_UNVERIFIED,
			    "signature %zu has a missing or different format", i);
	}
	if (!cut_payload(arena, document, &format, payload))
		return error_set(err, ERROR_MANIFEST_UNVERIFIED, "formatLength is beyond the end");
	encoded = base64_url_encode(arena, payload->data, payload->length);
	scratch = arena_child(arena);
	json_array_foreach(list, i, entry)
		if (!verify_one(scratch, entry, encoded))
			return error_set(
			    err, ERROR_MANIFEST_UNVERIFIED, "signature %zu does not verify", i);
	arena_reset(scratch);
	return true;
}
