#include "oci/manifest.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define D1 "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define D2 "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define DESCRIPTOR(type, digest) "{\"mediaType\":\"" type "\",\"digest\":\"" digest "\",\"size\":7}"
#define CONFIG DESCRIPTOR("application/vnd.oci.image.config.v1+json", D1)
#define LAYER DESCRIPTOR("application/vnd.oci.image.layer.v1.tar+gzip", D2)
#define IMAGE(more) "{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[" LAYER "]" more "}"
#define CHILD DESCRIPTOR(MEDIATYPE_OCI_MANIFEST, D1)
#define INDEX(more) "{\"schemaVersion\":2,\"manifests\":[" CHILD "]" more "}"

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

static struct manifest *
taken(struct arena *arena, const char *text, const char *content_type)
{
	struct bytes payload = { text, strlen(text) };
	struct manifest *manifest;
	struct error err = { 0 };

	if (!manifest_parse(arena, payload, content_type, &manifest, &err))
		fail_msg("%s (%s): %.200s", err.message, err.cause, text);
	return manifest;
}

static void
refused(struct arena *arena, const char *text, const char *content_type)
{
	struct bytes payload = { text, strlen(text) };
	struct manifest *manifest;
	struct error err = { 0 };

	if (manifest_parse(arena, payload, content_type, &manifest, &err))
		fail_msg("taken: %.200s", text);
	if (err.code != ERROR_MANIFEST_INVALID)
		fail_msg("%s: %.200s", error_spelling(err.code), text);
}

static void
an_image_is_read(void **state)
{
	struct manifest *manifest = taken(*state, IMAGE(""), MEDIATYPE_OCI_MANIFEST);

	assert_string_equal(manifest->media_type, MEDIATYPE_OCI_MANIFEST);
	assert_false(manifest->is_index);
	assert_int_equal(manifest->blob_count, 2);
	assert_int_equal(manifest->blobs[0].role, DESCRIPTOR_CONFIG);
	assert_string_equal(manifest->blobs[0].digest.text, D1);
	assert_int_equal(manifest->blobs[1].role, DESCRIPTOR_LAYER);
	assert_string_equal(manifest->blobs[1].digest.text, D2);
	assert_int_equal(manifest->blobs[1].size, 7);
	assert_false(manifest->blobs[1].foreign);
	assert_false(manifest->has_subject);
	assert_string_equal(manifest->artifact_type, "application/vnd.oci.image.config.v1+json");
	assert_string_equal(manifest->annotations_json, "{}");
}

static void
an_index_is_read(void **state)
{
	struct manifest *manifest = taken(*state,
	    INDEX(",\"annotations\":{\"b\":\"1\",\"a\":\"\xc3\xa9\"}"), MEDIATYPE_OCI_INDEX);

	assert_true(manifest->is_index);
	assert_int_equal(manifest->blob_count, 0);
	assert_int_equal(manifest->child_count, 1);
	assert_int_equal(manifest->children[0].role, DESCRIPTOR_CHILD);
	assert_string_equal(manifest->artifact_type, "");
	assert_string_equal(manifest->annotations_json, "{\"b\":\"1\",\"a\":\"\xc3\xa9\"}");
}

static void
dockers_types_are_read(void **state)
{
	assert_string_equal(taken(*state, IMAGE(",\"mediaType\":\"" MEDIATYPE_DOCKER_MANIFEST "\""),
				MEDIATYPE_DOCKER_MANIFEST)
				->media_type,
	    MEDIATYPE_DOCKER_MANIFEST);
	assert_true(taken(
	    *state, INDEX(",\"mediaType\":\"" MEDIATYPE_DOCKER_LIST "\""), MEDIATYPE_DOCKER_LIST)
			->is_index);
}

static void
an_artifact_is_read(void **state)
{
	struct manifest *manifest = taken(*state,
	    "{\"mediaType\":\"" MEDIATYPE_OCI_ARTIFACT
	    "\",\"artifactType\":\"a/b\",\"blobs\":[" LAYER "],\"subject\":" CHILD "}",
	    MEDIATYPE_OCI_ARTIFACT);

	assert_int_equal(manifest->blob_count, 1);
	assert_string_equal(manifest->artifact_type, "a/b");
	assert_true(manifest->has_subject);
	assert_string_equal(manifest->subject.text, D1);
	assert_int_equal(
	    taken(*state, "{\"artifactType\":\"a/b\"}", MEDIATYPE_OCI_ARTIFACT)->blob_count, 0);
}

static void
an_artifact_may_be_an_image_with_an_empty_config(void **state)
{
	struct manifest *manifest = taken(*state,
	    "{\"schemaVersion\":2,\"mediaType\":\"" MEDIATYPE_OCI_MANIFEST
	    "\",\"artifactType\":\"application/x.sbom\",\"config\":" DESCRIPTOR(MEDIATYPE_OCI_EMPTY,
		D1) ",\"layers\":[],\"subject\":" CHILD ",\"annotations\":null}",
	    MEDIATYPE_OCI_MANIFEST);

	assert_string_equal(manifest->artifact_type, "application/x.sbom");
	assert_int_equal(manifest->blob_count, 1);
	assert_true(manifest->has_subject);
}

static void
without_a_content_type_the_document_decides(void **state)
{
	static const char *const types[] = { NULL, "application/json",
		"application/json; charset=utf-8" };

	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(
		    taken(*state, IMAGE(""), types[i])->media_type, MEDIATYPE_OCI_MANIFEST);
		assert_string_equal(
		    taken(*state, INDEX(""), types[i])->media_type, MEDIATYPE_OCI_INDEX);
		assert_string_equal(
		    taken(
			*state, IMAGE(",\"mediaType\":\"" MEDIATYPE_DOCKER_MANIFEST "\""), types[i])
			->media_type,
		    MEDIATYPE_DOCKER_MANIFEST);
		refused(*state, "{\"schemaVersion\":2}", types[i]);
	}
}

static void
a_layer_may_come_twice(void **state)
{
	assert_int_equal(
	    taken(*state,
		"{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[" LAYER "," LAYER "]}",
		NULL)
		->blob_count,
	    3);
}

static void
foreign_layers_are_told_apart(void **state)
{
	static const char *const layers[] = {
		DESCRIPTOR("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", D2),
		DESCRIPTOR("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", D2),
		"{\"mediaType\":\"a/b\",\"digest\":\"" D2
		"\",\"size\":7,\"urls\":[\"https://example.org/x\"]}",
	};

	for (size_t i = 0; i < 3; i++)
		assert_true(taken(*state,
		    arena_printf(*state,
			"{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[%s]}", layers[i]),
		    NULL)
				->blobs[1]
				.foreign);
	assert_false(taken(*state,
	    "{\"schemaVersion\":2,\"config\":" CONFIG
	    ",\"layers\":[{\"mediaType\":\"a/b\",\"digest\":\"" D2 "\",\"size\":7,\"urls\":[]}]}",
	    NULL)
			 ->blobs[1]
			 .foreign);
	/* A config must be stored here, even if it has `urls`. */
	assert_false(taken(*state,
	    "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a/b\",\"digest\":\"" D2
	    "\",\"size\":7,\"urls\":[\"https://example.org/x\"]},\"layers\":[]}",
	    NULL)
			 ->blobs[0]
			 .foreign);
}

/* CVE-2021-41190: one digest, two interpretations. */
static void
two_readings_of_one_document_are_refused(void **state)
{
	static const char *const types[] = { NULL, MEDIATYPE_OCI_MANIFEST, MEDIATYPE_OCI_INDEX,
		MEDIATYPE_OCI_ARTIFACT };

	for (size_t i = 0; i < 4; i++) {
		refused(*state, IMAGE(",\"manifests\":[]"), types[i]);
		refused(*state, IMAGE(",\"manifests\":null"), types[i]);
		refused(*state, INDEX(",\"layers\":[]"), types[i]);
		refused(*state, INDEX(",\"config\":{}"), types[i]);
		refused(*state, INDEX(",\"fsLayers\":[]"), types[i]);
		refused(*state, INDEX(",\"Layers\":[]"), types[i]);
		refused(*state, IMAGE(",\"MANIFESTS\":[]"), types[i]);
		refused(*state, IMAGE(",\"mediatype\":\"" MEDIATYPE_OCI_INDEX "\""), types[i]);
		refused(*state, IMAGE(",\"blobs\":[]"), types[i]);
		refused(*state, IMAGE(",\"layers\":[]"), types[i]);
	}
}

static void
types_must_agree(void **state)
{
	refused(*state, IMAGE(""), MEDIATYPE_OCI_INDEX);
	refused(*state, INDEX(""), MEDIATYPE_OCI_MANIFEST);
	refused(*state, IMAGE(",\"mediaType\":\"" MEDIATYPE_OCI_MANIFEST "\""),
	    MEDIATYPE_DOCKER_MANIFEST);
	refused(*state, IMAGE(",\"mediaType\":\"" MEDIATYPE_OCI_INDEX "\""), NULL);
	refused(
	    *state, IMAGE(",\"mediaType\":\"" MEDIATYPE_OCI_INDEX "\""), MEDIATYPE_OCI_MANIFEST);
	refused(*state, IMAGE(",\"mediaType\":null"), NULL);
	refused(*state, IMAGE(",\"mediaType\":\"\""), MEDIATYPE_OCI_MANIFEST);
	refused(*state, IMAGE(",\"mediaType\":7"), MEDIATYPE_OCI_MANIFEST);
	refused(*state, IMAGE(""), "application/vnd.example.other+json");
	refused(*state, IMAGE(",\"mediaType\":\"application/vnd.example.other+json\""), NULL);
	refused(*state, "{\"hello\":\"world\"}", "application/vnd.example.other+json");
}

static void
schema_1_is_refused_with_a_sentence(void **state)
{
	struct bytes payload = { "{\"schemaVersion\":1,\"fsLayers\":[]}", 34 };
	static const char *const types[] = { NULL, MEDIATYPE_DOCKER_SCHEMA1,
		MEDIATYPE_DOCKER_SCHEMA1_SIGNED };

	payload.length = strlen(payload.data);
	for (size_t i = 0; i < 3; i++) {
		struct error err = { 0 };
		struct manifest *manifest;

		assert_false(manifest_parse(*state, payload, types[i], &manifest, &err));
		assert_int_equal(err.code, ERROR_MANIFEST_INVALID);
		assert_non_null(strstr(err.message, "schema 1"));
	}
}

static void
what_is_no_json_object_is_refused(void **state)
{
	static const char *const bad[] = { "", " ", "null", "1", "\"x\"", "[]", "[" IMAGE("") "]",
		"{", IMAGE("") "x", IMAGE("") IMAGE(""), "\xef\xbb\xbf" IMAGE(""),
		IMAGE(",\"a\":\"\xff\""), IMAGE(",\"a\":\"\xed\xa0\x80\""),
		IMAGE(",\"a\":\"\\u0000\""), IMAGE(",\"a\":\"\\ud800\""), IMAGE(",\"a\":1e400"),
		IMAGE(",\"a\":99999999999999999999"), IMAGE(",\"a\":1,\"a\":1"),
		IMAGE(",\"a\":{\"b\":1,\"b\":2}"), IMAGE(","), IMAGE(",\"a\":NaN"),
		IMAGE(",\"a\":01"), IMAGE(",'a':1") };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(*state, bad[i], NULL);
}

static void
descriptors_must_be_whole(void **state)
{
	static const char *const bad[] = { "{}", "null", "[]", "1", "\"" D1 "\"",
		"{\"digest\":\"" D1 "\",\"size\":1}", "{\"mediaType\":\"a/b\",\"size\":1}",
		"{\"mediaType\":\"a/b\",\"digest\":\"" D1 "\"}",
		"{\"mediaType\":\"a/b\",\"digest\":\"" D1 "\",\"size\":-1}",
		"{\"mediaType\":\"a/b\",\"digest\":\"" D1 "\",\"size\":9007199254740992}",
		"{\"mediaType\":\"a/b\",\"digest\":\"" D1 "\",\"size\":1.0}",
		"{\"mediaType\":\"a/b\",\"digest\":\"" D1 "\",\"size\":\"1\"}",
		"{\"mediaType\":\"a/b\",\"digest\":\"" D1 "\",\"size\":null}",
		"{\"mediaType\":\"a/b\",\"digest\":\"sha256:../../x\",\"size\":1}",
		"{\"mediaType\":\"a/b\",\"digest\":\"md5:00\",\"size\":1}",
		"{\"mediaType\":\"\",\"digest\":\"" D1 "\",\"size\":1}",
		"{\"mediaType\":7,\"digest\":\"" D1 "\",\"size\":1}",
		"{\"mediaType\":\"a/b\\r\\nX: y\",\"digest\":\"" D1 "\",\"size\":1}" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused(*state,
		    arena_printf(
			*state, "{\"schemaVersion\":2,\"config\":%s,\"layers\":[]}", bad[i]),
		    MEDIATYPE_OCI_MANIFEST);
		refused(*state,
		    arena_printf(*state,
			"{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[%s]}", bad[i]),
		    MEDIATYPE_OCI_MANIFEST);
		refused(*state,
		    arena_printf(*state, "{\"schemaVersion\":2,\"manifests\":[%s]}", bad[i]),
		    MEDIATYPE_OCI_INDEX);
		if (strcmp(bad[i], "null") != 0)
			refused(*state,
			    arena_printf(*state,
				"{\"schemaVersion\":2,\"manifests\":[],\"subject\":%s}", bad[i]),
			    MEDIATYPE_OCI_INDEX);
	}
	refused(*state, "{\"schemaVersion\":2,\"layers\":[]}", MEDIATYPE_OCI_MANIFEST);
	refused(*state, "{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":{}}",
	    MEDIATYPE_OCI_MANIFEST);
	refused(*state, "{\"schemaVersion\":2}", MEDIATYPE_OCI_INDEX);
	refused(*state, "{\"config\":" CONFIG ",\"layers\":[]}", MEDIATYPE_OCI_MANIFEST);
	refused(*state, "{\"schemaVersion\":\"2\",\"config\":" CONFIG ",\"layers\":[]}",
	    MEDIATYPE_OCI_MANIFEST);
}

/* Some writers omit empty lists, or write null. */
static void
an_image_may_have_no_layers(void **state)
{
	static const char *const layers[] = { "", ",\"layers\":null", ",\"layers\":[]" };
	struct manifest *manifest;
	struct error err = { 0 };

	for (size_t i = 0; i < 3; i++) {
		const char *text = arena_printf(
		    *state, "{\"schemaVersion\":2,\"config\":" CONFIG "%s}", layers[i]);

		assert_true(manifest_parse(*state, (struct bytes){ text, strlen(text) },
		    MEDIATYPE_OCI_MANIFEST, &manifest, &err));
		assert_int_equal(manifest->blob_count, 1);
	}
}

static void
what_referrers_show_is_checked(void **state)
{
	refused(*state, IMAGE(",\"annotations\":[]"), NULL);
	refused(*state, IMAGE(",\"annotations\":{\"a\":1}"), NULL);
	refused(*state, IMAGE(",\"annotations\":{\"a\":null}"), NULL);
	refused(*state, IMAGE(",\"artifactType\":1"), NULL);
	refused(*state, IMAGE(",\"artifactType\":\"a\\nb\""), NULL);
	refused(*state, arena_printf(*state, IMAGE(",\"artifactType\":\"%0256d\""), 0), NULL);
}

/* Peak memory of this process in MiB. */
static long
peak(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss / 1024;
}

/* "[[[[" for depth, "[],[],…" and "{},{},…" for breadth: four bytes must not become four hundred.
 */
static void
bombs_are_refused(void **state)
{
	static const char *const pieces[] = { "[", "{\"a\":", "[],", "{},", "1,", "\"\",",
		"\"\\\"\"," };
	char *text = arena_alloc(*state, MANIFEST_MAX_BYTES + 1);
	long before;

	memset(text, '[', MANIFEST_MAX_BYTES);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t length = strlen(pieces[i]), used = 1;

		text[0] = '[';
		while (used + length + 1 <= MANIFEST_MAX_BYTES) {
			memcpy(text + used, pieces[i], length);
			used += length;
		}
		text[used - 1] = ']';
		text[used] = '\0';
		before = peak();
		refused(*state, text, NULL);
		assert_true(peak() - before < 8);
	}
}

/* An unknown member, `levels` arrays deep. */
static const char *
nested(struct arena *arena, int levels)
{
	char *open = arena_alloc(arena, (size_t)levels + 1),
	     *close = arena_alloc(arena, (size_t)levels + 1);

	memset(open, '[', (size_t)levels);
	memset(close, ']', (size_t)levels);
	return arena_printf(arena,
	    "{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[],\"x\":%s%s}", open, close);
}

static void
depth_is_limited(void **state)
{
	taken(*state, nested(*state, 63), NULL);
	refused(*state, nested(*state, 64), NULL);
}

static void
ten_thousand_layers_are_taken_and_no_more(void **state)
{
	static const char layer[] = "," LAYER;
	size_t most = MANIFEST_MAX_DESCRIPTORS + 1, length = strlen(layer);
	char *list = arena_alloc(*state, most * length + 1);
	struct manifest *manifest;

	for (size_t i = 0; i < most; i++)
		memcpy(list + i * length, layer, length);
	refused(*state,
	    arena_printf(
		*state, "{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[%s]}", list + 1),
	    NULL);
	list[(most - 1) * length] = '\0';
	manifest = taken(*state,
	    arena_printf(
		*state, "{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[%s]}", list + 1),
	    NULL);
	assert_int_equal(manifest->blob_count, MANIFEST_MAX_DESCRIPTORS + 1);
}

static void
more_than_4_mib_is_too_large(void **state)
{
	char *text = arena_alloc(*state, MANIFEST_MAX_BYTES + 2);
	struct bytes payload = { text, MANIFEST_MAX_BYTES };
	struct manifest *manifest;
	struct error err = { 0 };

	memset(text, ' ', MANIFEST_MAX_BYTES + 1);
	memcpy(text, IMAGE(""), strlen(IMAGE("")));
	assert_true(manifest_parse(*state, payload, NULL, &manifest, &err));
	payload.length++;
	assert_false(manifest_parse(*state, payload, NULL, &manifest, &err));
	assert_int_equal(err.code, ERROR_MANIFEST_TOO_LARGE);
	assert_int_equal(error_status(&err), 413);
}

static void
a_malformed_content_type_is_unsupported(void **state)
{
	struct bytes payload = { IMAGE(""), strlen(IMAGE("")) };
	struct manifest *manifest;
	struct error err = { 0 };

	assert_false(manifest_parse(*state, payload, "nonsense", &manifest, &err));
	assert_int_equal(err.code, ERROR_MEDIA_TYPE);
}

static void
referrers_list_a_descriptor(void **state)
{
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, "abc", 3);
	assert_string_equal(
	    manifest_referrer_json(*state,
		taken(*state, IMAGE(",\"artifactType\":\"x/y\",\"annotations\":{\"a\":\"\\\"b\"}"),
		    NULL),
		&digest, 123),
	    "{\"mediaType\":\"" MEDIATYPE_OCI_MANIFEST "\",\"digest\":\"" D1
	    "\",\"size\":123,\"artifactType\":\"x/y\",\"annotations\":{\"a\":\"\\\"b\"}}");
	assert_string_equal(
	    manifest_referrer_json(*state, taken(*state, INDEX(""), NULL), &digest, 1),
	    "{\"mediaType\":\"" MEDIATYPE_OCI_INDEX "\",\"digest\":\"" D1 "\",\"size\":1}");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_image_is_read),
		TEST(an_index_is_read),
		TEST(dockers_types_are_read),
		TEST(an_artifact_is_read),
		TEST(an_artifact_may_be_an_image_with_an_empty_config),
		TEST(without_a_content_type_the_document_decides),
		TEST(a_layer_may_come_twice),
		TEST(foreign_layers_are_told_apart),
		TEST(two_readings_of_one_document_are_refused),
		TEST(types_must_agree),
		TEST(schema_1_is_refused_with_a_sentence),
		TEST(what_is_no_json_object_is_refused),
		TEST(descriptors_must_be_whole),
		TEST(an_image_may_have_no_layers),
		TEST(what_referrers_show_is_checked),
		TEST(bombs_are_refused),
		TEST(depth_is_limited),
		TEST(ten_thousand_layers_are_taken_and_no_more),
		TEST(more_than_4_mib_is_too_large),
		TEST(a_malformed_content_type_is_unsupported),
		TEST(referrers_list_a_descriptor),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
