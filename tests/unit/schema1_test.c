/* Signed schema 1 manifests: signatures, parsing, and refusals. */
#include "oci/schema1.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "oci/base64.h"
#include "test.h"

/* Made with the key of RFC 6979, A.2.5, and checked by three other programs. */
static const char vector[] =
    "{\n"
    "   \"schemaVersion\": 1,\n"
    "   \"name\": \"demo/tiny\",\n"
    "   \"tag\": \"latest\",\n"
    "   \"architecture\": \"amd64\",\n"
    "   \"fsLayers\": [\n"
    "      {\n"
    "         \"blobSum\": \"sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4\"\n"
    "      },\n"
    "      {\n"
    "         \"blobSum\": \"sha256:1111111111111111111111111111111111111111111111111111111111111111\"\n"
    "      }\n"
    "   ],\n"
    "   \"history\": [\n"
    "      {\n"
    "         \"v1Compatibility\": \"{\\\"architecture\\\":\\\"amd64\\\",\\\"config\\\":{\\\"Cmd\\\":[\\\"/hello\\\"]},\\\"container_config\\\":{\\\"Cmd\\\":[\\\"CMD [\\\\\\\"/hello\\\\\\\"]\\\"]},\\\"created\\\":\\\"2020-01-01T00:00:00Z\\\",\\\"id\\\":\\\"1267d6d05301378000ddff97d69717fa7259756beebca9faf4b8ebab31042546\\\",\\\"os\\\":\\\"linux\\\",\\\"parent\\\":\\\"7cecc16ed65b1ac8fbcd5d01ea21b9670ee64992f0ae315f86fa5cee889eeaf3\\\",\\\"throwaway\\\":true}\"\n"
    "      },\n"
    "      {\n"
    "         \"v1Compatibility\": \"{\\\"container_config\\\":{\\\"Cmd\\\":[\\\"COPY hello /\\\"]},\\\"created\\\":\\\"2019-12-31T23:59:59Z\\\",\\\"id\\\":\\\"7cecc16ed65b1ac8fbcd5d01ea21b9670ee64992f0ae315f86fa5cee889eeaf3\\\"}\"\n"
    "      }\n"
    "   ],\n"
    "   \"signatures\": [\n"
    "      {\n"
    "         \"header\": {\n"
    "            \"jwk\": {\n"
    "               \"crv\": \"P-256\",\n"
    "               \"kid\": \"LJ5H:RTFE:UD2C:BWN4:MK5W:NHB4:E5M6:HH3S:HU5O:CDOL:4DYI:CWQH\",\n"
    "               \"kty\": \"EC\",\n"
    "               \"x\": \"YP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y\",\n"
    "               \"y\": \"eQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk\"\n"
    "            },\n"
    "            \"alg\": \"ES256\"\n"
    "         },\n"
    "         \"signature\": \"xqMRE6hoAB33R6RKOa7RKfeDJJweLG_zY3PBblCnYX5EuiCSoOJ6_iF5XVLt3zcSUAOBuPt2lGKMEEtPOJuNSQ\",\n"
    "         \"protected\": \"eyJmb3JtYXRMZW5ndGgiOjk2OSwiZm9ybWF0VGFpbCI6IkNuMCIsInRpbWUiOiIyMDIwLTAxLTAyVDAzOjA0OjA1WiJ9\"\n"
    "      }\n"
    "   ]\n"
    "}";

#define PAYLOAD_DIGEST "sha256:a728a3a7c1a7584b56657b9cf9cc79de6446b393f546585ae58bb8800f7cc849"
#define SECRET "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
#define X "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define Y "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"

static int
setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes){ text, strlen(text) };
}

static enum error_code
parse(struct arena *arena, const char *text, struct schema1 **schema1)
{
	struct error err = { 0 };

	return schema1_parse(arena, bytes_of(text), schema1, &err) ? ERROR_NONE : err.code;
}

/* The vector with one string replaced. */
static const char *
changed(struct arena *arena, const char *from, const char *to)
{
	const char *at = strstr(vector, from);

	assert_non_null(at);
	return arena_printf(arena, "%.*s%s%s", (int)(at - vector), vector, to, at + strlen(from));
}

static struct signer *
rfc_signer(void)
{
	static const char hex[] = SECRET X Y;
	unsigned char secret[SIGNER_SECRET_BYTES];
	struct error err = { 0 };
	struct signer *signer;

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (unsigned char)strtoul(
		    (char[]){ hex[2 * i], hex[2 * i + 1], 0 }, NULL, 16);
	signer = signer_open(secret, &err);
	assert_non_null(signer);
	return signer;
}

static void
the_vector_is_read(void **state)
{
	struct schema1 *schema1;

	assert_int_equal(parse(*state, vector, &schema1), ERROR_NONE);
	assert_string_equal(schema1->digest.text, PAYLOAD_DIGEST);
	assert_int_equal(schema1->payload.length, 971);
	assert_string_equal(schema1->name, "demo/tiny");
	assert_string_equal(schema1->tag, "latest");
	assert_string_equal(schema1->architecture, "amd64");
	assert_int_equal(schema1->count, 2);
	assert_string_equal(schema1->entries[1].blob.text,
	    "sha256:1111111111111111111111111111111111111111111111111111111111111111");
}

/* Printed and signed again, it differs only in the signature, whose numbers are random. */
static void
the_vector_is_written(void **state)
{
	struct signer *signer = rfc_signer();
	struct schema1 *schema1, again;
	struct bytes document;
	const char *text, *mark;

	assert_int_equal(parse(*state, vector, &schema1), ERROR_NONE);
	again = *schema1;
	schema1_print(*state, &again);
	assert_string_equal(again.digest.text, PAYLOAD_DIGEST);
	document = schema1_sign(*state, &again, signer, "2020-01-02T03:04:05Z");
	text = document.data;
	assert_int_equal(document.length, strlen(vector));
	mark = strstr(text, "\"signature\":");
	assert_non_null(mark);
	assert_memory_equal(text, vector, (size_t)(mark - text));
	assert_string_equal(strstr(text, "\"protected\":"), strstr(vector, "\"protected\":"));
	assert_int_equal(parse(*state, text, &schema1), ERROR_NONE);
	signer_close(signer);
}

/* Numbers of a signature may be shorter than 32 bytes; among many signatures, some are. */
static void
every_key_signs(void **state)
{
	for (int i = 0; i < 300; i++) {
		struct arena *arena = arena_new();
		unsigned char secret[SIGNER_SECRET_BYTES];
		struct error err = { 0 };
		struct signer *signer;
		const char *signature;
		json_t *jwk;

		if (i % 30 == 0)
			signer_make(secret);
		signer = signer_open(secret, &err);
		assert_non_null(signer);
		jwk = signer_jwk(signer, arena);
		signature = signer_sign(signer, arena, &i, sizeof(i));
		assert_int_equal(strlen(signature), 86);
		assert_true(signature_verify(arena, jwk, signature, &i, sizeof(i)));
		assert_false(signature_verify(arena, jwk, signature, &i, sizeof(i) - 1));
		json_decref(jwk);
		signer_close(signer);
		arena_free(arena);
	}
	(void)state;
}

static void
what_is_signed_cannot_be_changed(void **state)
{
	static const char *const changes[][2] = {
		{ "demo/tiny", "demo/tine" },
		{ "\"schemaVersion\": 1", "\"schemaVersion\":  1" },
		{ "\"protected\": \"eyJ", "\"protected\": \"eyK" },
		{ "LJ5H:", "LJ5I:" },
		{ "\"P-256\"", "\"P-384\"" },
		{ "\"EC\"", "\"RSA\"" },
		{ "\"ES256\"", "\"RS256\"" },
		{ "\"ES256\"", "\"none\"" },
		{ "\"alg\": \"ES256\"", "\"alg\": \"ES256\", \"x5c\": []" },
		{ "\"YP7U", "\"YP7V" },
		{ "xqMRE6", "xqMRE7" },
		{ "6PClNRGIpk", "6PClNRGIpkAA" },
		{ "\"signature\": \"", "\"signature\": \"AAAA" },
	};
	struct schema1 *schema1;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (parse(*state, changed(*state, changes[i][0], changes[i][1]), &schema1) !=
		    ERROR_MANIFEST_UNVERIFIED)
			fail_msg("taken, or refused otherwise: %s", changes[i][1]);
}

static void
harmless_changes(void **state)
{
	struct schema1 *schema1;

	assert_int_equal(
	    parse(*state,
		changed(*state,
		    "               \"kid\": \"LJ5H:RTFE:UD2C:BWN4:MK5W:NHB4:E5M6:HH3S:HU5O:CDOL:4DYI:CWQH\",\n",
		    ""),
		&schema1),
	    ERROR_NONE);
	assert_int_equal(
	    parse(*state, changed(*state, "uNSQ\",", "uNSQ==\","), &schema1), ERROR_NONE);
}

/* A document of this payload, signed by us. */
static const char *
signed_text(struct arena *arena, const char *payload)
{
	struct signer *signer = rfc_signer();
	struct schema1 schema1 = { .payload = bytes_of(payload) };
	struct bytes document = schema1_sign(arena, &schema1, signer, "2020-01-02T03:04:05Z");

	signer_close(signer);
	return document.data;
}

#define ID "\\\"id\\\":\\\"1267d6d05301378000ddff97d69717fa7259756beebca9faf4b8ebab31042546\\\""
#define LAYER \
	"{\"blobSum\":\"sha256:1111111111111111111111111111111111111111111111111111111111111111\"}"
#define TEXT "{\"v1Compatibility\":\"{" ID "}\\n\"}"
#define BASE                                      \
	"{\"v1Compatibility\":\"{\\\"id\\\":\\\"" \
	"7cecc16ed65b1ac8fbcd5d01ea21b9670ee64992f0ae315f86fa5cee889eeaf3\\\"}\"}"

static void
forms_that_clients_write(void **state)
{
	struct schema1 *schema1;

	/* Compact; version last; a string that ends in a newline; the top layer twice. */
	assert_int_equal(
	    parse(*state,
		signed_text(*state, "{\"name\":\"a\",\"tag\":\"t\",\"fsLayers\":[" LAYER "," LAYER
				    "],\"history\":[" TEXT "," TEXT "],\"schemaVersion\":1}"),
		&schema1),
	    ERROR_NONE);
	assert_int_equal(schema1->count, 2);
}

static void
what_is_no_schema1(void **state)
{
	static const char *const payloads[] = {
		"{\"name\":\"a\",\"tag\":\"t\",\"fsLayers\":[" LAYER "],\"history\":[" TEXT
		"],\"schemaVersion\":2}",
		"{\"tag\":\"t\",\"fsLayers\":[" LAYER "],\"history\":[" TEXT
		"],\"schemaVersion\":1}",
		"{\"name\":\"a\",\"tag\":\"t\",\"fsLayers\":[],\"history\":[],\"schemaVersion\":1}",
		"{\"name\":\"a\",\"tag\":\"t\",\"fsLayers\":[" LAYER "," LAYER
		"],\"history\":[" TEXT "],\"schemaVersion\":1}",
		"{\"name\":\"a\",\"tag\":\"t\",\"fsLayers\":[{}],\"history\":[" TEXT
		"],\"schemaVersion\":1}",
		"{\"name\":\"a\",\"tag\":\"t\",\"fsLayers\":[" LAYER
		"],\"history\":[{\"v1Compatibility\":\"[]\"}],\"schemaVersion\":1}",
		"{\"name\":\"a\",\"tag\":\"t\",\"fsLayers\":[" LAYER
		"],\"history\":[{\"v1Compatibility\":\"{\\\"id\\\":\\\"x\\\"}\"}],"
		"\"schemaVersion\":1}",
		/* Clients ignore the case of keys. */
		"{\"name\":\"a\",\"tag\":\"t\",\"fsLayers\":[" LAYER
		"],\"history\":[{\"v1Compatibility\":\"{" ID
		",\\\"ID\\\":\\\"x\\\"}\"}],\"schemaVersion\":1}",
		"{\"name\":\"a\",\"tag\":\"t\",\"fsLayers\":[" LAYER
		"],\"history\":[{\"v1Compatibility\":\"{" ID
		",\\\"Parent\\\":\\\"x\\\"}\"}],\"schemaVersion\":1}",
		/* The same image twice in a chain, not adjacent. */
		"{\"name\":\"a\",\"tag\":\"t\",\"fsLayers\":[" LAYER "," LAYER "," LAYER
		"],\"history\":[" TEXT "," BASE "," TEXT "],\"schemaVersion\":1}",
		/* Some parsers would read the other list. */
		"{\"name\":\"a\",\"tag\":\"t\",\"fsLayers\":[" LAYER "],\"FSLayers\":[" LAYER
		"],\"history\":[" TEXT "],\"schemaVersion\":1}",
		"{\"name\":\"a\",\"name\":\"b\",\"tag\":\"t\",\"fsLayers\":[" LAYER
		"],\"history\":[" TEXT "],\"schemaVersion\":1}",
	};
	struct schema1 *schema1;

	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++)
		if (parse(*state, signed_text(*state, payloads[i]), &schema1) !=
		    ERROR_MANIFEST_INVALID)
			fail_msg("payload %zu was taken, or refused otherwise", i);
	assert_int_equal(parse(*state, "{}", &schema1), ERROR_MANIFEST_INVALID);
	assert_int_equal(parse(*state, "[]", &schema1), ERROR_MANIFEST_INVALID);
	assert_int_equal(parse(*state, "{\"signatures\":[]}", &schema1), ERROR_MANIFEST_INVALID);
	assert_int_equal(
	    parse(*state, "{\"signatures\":[{}]}", &schema1), ERROR_MANIFEST_UNVERIFIED);
}

/* Not every client extracts the signed part: nothing else may surround it. */
static void
what_is_not_signed(void **state)
{
	static const char *const more[] = { "\"FSLayers\": []", "\"extra\": 1" };
	struct schema1 *schema1;

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		assert_int_equal(parse(*state,
				     changed(*state, "\n   ]\n}",
					 arena_printf(*state, "\n   ],\n   %s\n}", more[i])),
				     &schema1),
		    ERROR_MANIFEST_UNVERIFIED);
}

/* formatLength and formatTail define the signed part, which must not extend beyond the end. */
static void
formats_that_lie(void **state)
{
	static const char *const formats[] = { "{\"formatLength\":100000,\"formatTail\":\"Cn0\"}",
		"{\"formatLength\":-1,\"formatTail\":\"Cn0\"}", "{\"formatLength\":969}",
		"{\"formatLength\":\"969\",\"formatTail\":\"Cn0\"}", "[]", "x" };
	const char *start = strstr(vector, "\"protected\": \"") + strlen("\"protected\": \"");
	struct schema1 *schema1;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const char *text = arena_printf(*state, "%.*s%s%s", (int)(start - vector), vector,
		    base64_url_encode(*state, formats[i], strlen(formats[i])), strchr(start, '"'));

		assert_int_equal(parse(*state, text, &schema1), ERROR_MANIFEST_UNVERIFIED);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_vector_is_read),
		TEST(the_vector_is_written),
		TEST(every_key_signs),
		TEST(what_is_signed_cannot_be_changed),
		TEST(harmless_changes),
		TEST(forms_that_clients_write),
		TEST(what_is_no_schema1),
		TEST(what_is_not_signed),
		TEST(formats_that_lie),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("schema1", tests, NULL, NULL);
}
