/* v1 images derived from v2 images, which must never change. */
#include "oci/v1_image.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define ONES "1111111111111111111111111111111111111111111111111111111111111111"
#define TWOS "2222222222222222222222222222222222222222222222222222222222222222"
#define THREES "3333333333333333333333333333333333333333333333333333333333333333"

/* An image: config, and layers of these types. */
struct made {
	struct arena *arena;
	struct v1_image *images;
	size_t count;
	const char *why;
	bool ok;
};

static int
setup(void **state)
{
	struct made *made = test_calloc(1, sizeof(*made));

	made->arena = arena_new();
	*state = made;
	return 0;
}

static int
teardown(void **state)
{
	struct made *made = *state;

	arena_free(made->arena);
	test_free(made);
	return 0;
}

static struct manifest *
parse(struct arena *arena, json_t *document, const char *type)
{
	struct error err = { 0 };
	struct manifest *manifest = NULL;
	char *text = json_dumps(document, 0);

	if (!manifest_parse(arena, (struct bytes){ text, strlen(text) }, type, &manifest, &err))
		fail_msg("%s", err.message);
	free(text);
	json_decref(document);
	return manifest;
}

static json_t *
descriptor(const char *type, char digit)
{
	char digest[80] = "sha256:";

	memset(digest + 7, digit, 64);
	digest[71] = '\0';
	return json_pack("{s:s, s:s, s:i}", "mediaType", type, "digest", digest, "size", 1);
}

/* Layers 1, 2, … of the given type. */
static json_t *
image(const char *config_type, const char *layer_type, int layers)
{
	json_t *list = json_array();

	for (int i = 0; i < layers; i++)
		json_array_append_new(list, descriptor(layer_type, (char)('1' + i % 9)));
	return json_pack("{s:i, s:o, s:o}", "schemaVersion", 2, "config",
	    descriptor(config_type, 'c'), "layers", list);
}

static void
make(struct made *made, struct manifest *manifest, const char *config)
{
	made->why = NULL;
	made->count = 0;
	made->ok = v1_images_make(made->arena, manifest, (struct bytes){ config, strlen(config) },
	    &made->images, &made->count, &made->why);
}

static void
make_docker(struct made *made, int layers, const char *config)
{
	make(made,
	    parse(made->arena,
		image(MEDIATYPE_DOCKER_CONFIG, MEDIATYPE_DOCKER_LAYER ".gzip", layers),
		MEDIATYPE_DOCKER_MANIFEST),
	    config);
	assert_true(made->ok);
}

static const char *
id(const struct made *made, size_t i)
{
	return made->images[i].id.text + strlen("sha256:");
}

#define TINY                                                                                                  \
	"{\"architecture\":\"amd64\",\"config\":{\"Cmd\":[\"/hello\"]},\"created\":\"2020-01-01T00:00:00Z\"," \
	"\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" TWOS                       \
	"\"]},\"history\":"                                                                                   \
	"[{\"created\":\"2019-12-31T23:59:59Z\",\"created_by\":\"COPY hello /\"},"                            \
	"{\"created\":\"2020-01-01T00:00:00Z\",\"created_by\":\"CMD [\\\"/hello\\\"]\",\"empty_layer\":true}]}"

static void
the_vector(void **state)
{
	struct made *made = *state;

	make_docker(made, 1, TINY);
	assert_int_equal(made->count, 2);
	assert_string_equal(
	    id(made, 0), "7cecc16ed65b1ac8fbcd5d01ea21b9670ee64992f0ae315f86fa5cee889eeaf3");
	assert_string_equal(
	    id(made, 1), "1267d6d05301378000ddff97d69717fa7259756beebca9faf4b8ebab31042546");
	assert_string_equal(made->images[0].text,
	    "{\"container_config\":{\"Cmd\":[\"COPY hello /\"]},\"created\":\"2019-12-31T23:59:59Z\","
	    "\"id\":\"7cecc16ed65b1ac8fbcd5d01ea21b9670ee64992f0ae315f86fa5cee889eeaf3\"}");
	assert_string_equal(made->images[0].layer.text, "sha256:" ONES);
	assert_string_equal(made->images[1].layer.text,
	    "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4");
	assert_true(made->images[1].empty && !made->images[0].empty);
	assert_non_null(strstr(made->images[1].text,
	    "\"parent\":\"7cecc16ed65b1ac8fbcd5d01ea21b9670ee64992f0ae315f86fa5cee889eeaf3\",\"throwaway\":true"));
}

static void
oci_gives_the_same_ids(void **state)
{
	struct made *made = *state;
	char docker[65];

	make_docker(made, 1, TINY);
	snprintf(docker, sizeof(docker), "%s", id(made, 1));
	make(made,
	    parse(made->arena, image(MEDIATYPE_OCI_CONFIG, MEDIATYPE_OCI_LAYER "+gzip", 1),
		MEDIATYPE_OCI_MANIFEST),
	    TINY);
	assert_string_equal(id(made, 1), docker);
}

static void
images_that_begin_alike_share_ids(void **state)
{
	struct made *made = *state;
	char first[65], second[65];

	make_docker(
	    made, 2, "{\"created\":\"2020-01-01T00:00:00Z\",\"os\":\"a\",\"history\":[{},{}]}");
	snprintf(first, sizeof(first), "%s", id(made, 0));
	snprintf(second, sizeof(second), "%s", id(made, 1));
	make_docker(
	    made, 3, "{\"created\":\"2020-01-01T00:00:00Z\",\"os\":\"a\",\"history\":[{},{},{}]}");
	assert_string_equal(id(made, 0), first);
	assert_string_not_equal(
	    id(made, 1), second); /* the top image repeats the config, a lower one does not */
}

static void
history_that_does_not_fit_is_blank(void **state)
{
	static const char *const configs[] = { "{}", "{\"history\":null}", "{\"history\":7}",
		"{\"history\":[{\"created_by\":\"x\"}]}",
		"{\"history\":[{},{},{\"created_by\":\"x\"}]}" };
	struct made *made = *state;

	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		make_docker(made, 2, configs[i]);
		assert_int_equal(made->count, 2);
		assert_null(strstr(made->images[0].text, "container_config"));
		assert_non_null(
		    strstr(made->images[0].text, "\"created\":\"0001-01-01T00:00:00Z\""));
	}
	make_docker(made, 0, "{}");
	assert_int_equal(made->count, 1);
	assert_true(made->images[0].empty);
}

/* A history of `entries` entries, of which the first `filled` have layers. */
static char *
long_history(int entries, int filled)
{
	json_t *list = json_array(), *config;
	char *text;

	for (int i = 0; i < entries; i++)
		json_array_append_new(
		    list, i < filled ? json_object() : json_pack("{s:b}", "empty_layer", 1));
	config = json_pack("{s:o}", "history", list);
	text = json_dumps(config, 0);
	json_decref(config);
	return text;
}

static void
old_clients_nest_124_deep(void **state)
{
	struct made *made = *state;
	char *most = long_history(124, 3), *more = long_history(125, 3);

	make_docker(made, 3, most);
	assert_int_equal(made->count, 124);
	make_docker(made, 3, more);
	assert_int_equal(made->count, 3);
	free(most);
	free(more);
	make_docker(made, 124, "{}");
	assert_int_equal(made->count, 124);
	make(made,
	    parse(made->arena, image(MEDIATYPE_DOCKER_CONFIG, MEDIATYPE_DOCKER_LAYER, 125),
		MEDIATYPE_DOCKER_MANIFEST),
	    "{}");
	assert_false(made->ok);
}

static void
times_are_times(void **state)
{
	static const struct {
		const char *created, *expected;
	} rows[] = {
		{ "\"2020-01-02T03:04:05Z\"", "2020-01-02T03:04:05Z" },
		{ "\"2020-01-02T03:04:05.123456789+01:30\"",
		    "2020-01-02T03:04:05.123456789+01:30" },
		{ "\"yesterday\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-01-02\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-01-02T03:04:05\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-01-02T03:04:05.Z\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-01-02T03:04:05Zx\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-02-29T23:59:59-23:59\"", "2020-02-29T23:59:59-23:59" },
		{ "\"2000-02-29T00:00:00Z\"", "2000-02-29T00:00:00Z" },
		{ "\"1900-02-29T00:00:00Z\"", "0001-01-01T00:00:00Z" },
		{ "\"2021-02-29T00:00:00Z\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-13-01T00:00:00Z\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-00-01T00:00:00Z\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-04-31T00:00:00Z\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-04-00T00:00:00Z\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-01-02T24:00:00Z\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-01-02T03:60:00Z\"", "0001-01-01T00:00:00Z" },
		{ "\"2016-12-31T23:59:60Z\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-01-02T03:04:05.1234567890Z\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-01-02T03:04:05+24:00\"", "0001-01-01T00:00:00Z" },
		{ "\"2020-01-02T03:04:05+01:60\"", "0001-01-01T00:00:00Z" },
		{ "null", "0001-01-01T00:00:00Z" },
		{ "7", "0001-01-01T00:00:00Z" },
	};
	struct made *made = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char config[128], expected[128];

		snprintf(config, sizeof(config), "{\"created\":%s}", rows[i].created);
		snprintf(expected, sizeof(expected), "\"created\":\"%s\"", rows[i].expected);
		make_docker(made, 1, config);
		assert_non_null(strstr(made->images[0].text, expected));
	}
	make_docker(
	    made, 1, "{\"created\":null,\"history\":[{\"created\":\"2001-02-03T04:05:06Z\"}]}");
	assert_non_null(strstr(made->images[0].text, "\"created\":\"2001-02-03T04:05:06Z\""));
}

static void
the_last_says_what_the_config_says(void **state)
{
	struct made *made = *state;

	make_docker(made, 1,
	    "{\"id\":\"x\",\"parent\":\"y\",\"Size\":3,\"rootfs\":{},\"variant\":null,\"real\":1.5,\"big\":9007199254740993,"
	    "\"container_config\":{\"Cmd\":[\"kept\"]},\"history\":[{\"created_by\":\"not\",\"author\":\"a\"}]}");
	assert_null(strstr(made->images[0].text, "variant"));
	assert_null(strstr(made->images[0].text, "rootfs"));
	assert_null(strstr(made->images[0].text, "Size"));
	assert_null(strstr(made->images[0].text, "parent"));
	assert_non_null(strstr(made->images[0].text, "\"big\":9007199254740993"));
	assert_non_null(strstr(made->images[0].text, "\"real\":1.5"));
	assert_non_null(strstr(made->images[0].text, "\"container_config\":{\"Cmd\":[\"kept\"]}"));
}

/* Clients ignore the case of keys. */
static void
keys_have_one_spelling(void **state)
{
	struct made *made = *state;

	make_docker(made, 1,
	    "{\"ID\":\"x\",\"Parent\":\"y\",\"size\":3,\"ThrowAway\":true,\"Created\":\"z\",\"Container_Config\":{},\"OS\":\"kept\"}");
	assert_null(strstr(made->images[0].text, "ID"));
	assert_null(strstr(made->images[0].text, "Parent"));
	assert_null(strstr(made->images[0].text, "size"));
	assert_null(strstr(made->images[0].text, "ThrowAway"));
	assert_null(strstr(made->images[0].text, "Created"));
	assert_null(strstr(made->images[0].text, "Container_Config"));
	assert_non_null(strstr(made->images[0].text, "\"OS\":\"kept\""));
}

static void
what_v1_cannot_show(void **state)
{
	static const struct {
		const char *config_type, *layer_type, *config;
	} rows[] = {
		{ "application/vnd.example.config", MEDIATYPE_OCI_LAYER, "{}" },
		{ MEDIATYPE_OCI_CONFIG, "application/vnd.oci.image.layer.nondistributable.v1.tar",
		    "{}" },
		{ MEDIATYPE_OCI_CONFIG, "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
		    "{}" },
		{ MEDIATYPE_OCI_CONFIG, "application/octet-stream", "{}" },
		{ MEDIATYPE_OCI_CONFIG, MEDIATYPE_OCI_LAYER "+xz", "{}" },
		{ MEDIATYPE_OCI_CONFIG, MEDIATYPE_OCI_LAYER, "[]" },
		{ MEDIATYPE_OCI_CONFIG, MEDIATYPE_OCI_LAYER, "" },
		{ MEDIATYPE_OCI_CONFIG, MEDIATYPE_OCI_LAYER, "{\"n\":99999999999999999999}" },
		{ MEDIATYPE_OCI_CONFIG, MEDIATYPE_OCI_LAYER, "{\"a\":1,\"a\":2}" },
	};
	struct made *made = *state;
	json_t *artifact = image(MEDIATYPE_OCI_CONFIG, MEDIATYPE_OCI_LAYER, 1);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make(made,
		    parse(made->arena, image(rows[i].config_type, rows[i].layer_type, 1),
			MEDIATYPE_OCI_MANIFEST),
		    rows[i].config);
		assert_false(made->ok);
		assert_non_null(made->why);
	}
	json_object_set_new(artifact, "artifactType", json_string("application/vnd.example"));
	make(made, parse(made->arena, artifact, MEDIATYPE_OCI_MANIFEST), "{}");
	assert_false(made->ok);
}

static void
zstd_is_told(void **state)
{
	struct made *made = *state;

	make(made,
	    parse(made->arena, image(MEDIATYPE_OCI_CONFIG, MEDIATYPE_OCI_LAYER "+zstd", 1),
		MEDIATYPE_OCI_MANIFEST),
	    "{}");
	assert_true(made->ok && made->images[0].zstd);
	make_docker(made, 1, "{}");
	assert_false(made->images[0].zstd);
}

static json_t *
child(char digit, const char *os, const char *architecture)
{
	json_t *json = descriptor(MEDIATYPE_OCI_MANIFEST, digit);

	json_object_set_new(
	    json, "platform", json_pack("{s:s, s:s}", "os", os, "architecture", architecture));
	return json;
}

static void
of_an_index_the_first_that_fits(void **state)
{
	struct made *made = *state;
	json_t *artifact = child('1', "linux", "amd64");
	struct manifest *index;

	json_object_set_new(artifact, "artifactType", json_string("application/vnd.example"));
	index = parse(made->arena,
	    json_pack("{s:i, s:[o, o, o, o]}", "schemaVersion", 2, "manifests", artifact,
		child('2', "linux", "arm64"), child('3', "linux", "amd64"),
		child('4', "linux", "amd64")),
	    MEDIATYPE_OCI_INDEX);
	assert_string_equal(
	    manifest_child_for(index, "linux/amd64")->digest.text, "sha256:" THREES);
	assert_null(manifest_child_for(index, "windows/amd64"));
	make(made, index, "{}");
	assert_false(made->ok);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_vector),
		TEST(oci_gives_the_same_ids),
		TEST(images_that_begin_alike_share_ids),
		TEST(history_that_does_not_fit_is_blank),
		TEST(old_clients_nest_124_deep),
		TEST(times_are_times),
		TEST(the_last_says_what_the_config_says),
		TEST(keys_have_one_spelling),
		TEST(what_v1_cannot_show),
		TEST(zstd_is_told),
		TEST(of_an_index_the_first_that_fits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("v1_image", tests, NULL, NULL);
}
