#include "oci/v1_image.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "oci/document.h"

#define TEXT_FORM (JSON_COMPACT | JSON_SORT_KEYS)
#define NO_TIME "0001-01-01T00:00:00Z"

static const unsigned char empty_tar[] = { 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x09, 0x6e, 0x88, 0x00,
	0xff, 0x62, 0x18, 0x05, 0xa3, 0x60, 0x14, 0x8c, 0x58, 0x00, 0x08, 0x00, 0x00, 0xff, 0xff,
	0x2e, 0xaf, 0xb5, 0xef, 0x00, 0x04, 0x00, 0x00 };
const struct bytes v1_image_empty_layer = { empty_tar, sizeof(empty_tar) };

void
v1_image_empty_layer_digest(struct digest *digest)
{
	digest_of(digest, DIGEST_SHA256, v1_image_empty_layer.data, v1_image_empty_layer.length);
}

bool
v1_image_id_read(struct digest *id, const char *text, struct error *err)
{
	unsigned char value[32];

	return (strlen(text) == 2 * sizeof(value) && hex_decode(value, sizeof(value), text) &&
		   digest_set(id, DIGEST_SHA256, value, sizeof(value))) ||
	       error_set(err, ERROR_NOT_FOUND, "Invalid image ID");
}

/* --- Which manifests --- */

static bool
is_layer_type(const char *type, bool *zstd)
{
	static const char *const bases[] = { MEDIATYPE_OCI_LAYER, MEDIATYPE_DOCKER_LAYER };

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		const char *rest = type + strlen(bases[i]);

		if (strncmp(type, bases[i], strlen(bases[i])) != 0)
			continue;
		*zstd = strcmp(rest, "+zstd") == 0 || strcmp(rest, ".zstd") == 0;
		return *rest == '\0' || strcmp(rest, "+gzip") == 0 || strcmp(rest, ".gzip") == 0 ||
		       *zstd;
	}
	return false;
}

static const char *
unusable(const struct manifest *manifest)
{
	const char *config;
	bool zstd;

	if (manifest->is_index || manifest->blob_count == 0 ||
	    manifest->blobs[0].role != DESCRIPTOR_CONFIG)
		return "not an image";
	config = manifest->blobs[0].media_type;
	if (strcmp(config, MEDIATYPE_OCI_CONFIG) != 0 &&
	    strcmp(config, MEDIATYPE_DOCKER_CONFIG) != 0)
		return "its config is not an image's";
	if (strcmp(manifest->artifact_type, config) != 0)
		return "it is an artifact";
	for (size_t i = 1; i < manifest->blob_count; i++)
		if (manifest->blobs[i].foreign ||
		    !is_layer_type(manifest->blobs[i].media_type, &zstd))
			return "a layer is foreign, or of an unknown type";
	return manifest->blob_count - 1 > V1_IMAGES_MAX ? "it has more than 124 layers" : NULL;
}

/* --- History --- */

static bool
is_empty_entry(const json_t *entry)
{
	return json_is_true(json_object_get(entry, "empty_layer"));
}

/* History entries that fit the layers (new reference): those of the config; without the empty ones
 * if that list is too long; blank ones if the config's do not fit the layers. */
static json_t *
history_of(const json_t *config, size_t layers)
{
	json_t *given = json_object_get(config, "history"), *list = json_array(), *entry;
	size_t i, filled = 0;
	bool all = json_array_size(given) <= V1_IMAGES_MAX;

	json_array_foreach(given, i, entry)
		filled += !is_empty_entry(entry);
	if (filled == layers)
		json_array_foreach(given, i, entry)
			if (all || !is_empty_entry(entry))
				json_array_append(list, entry);
	while (filled != layers && json_array_size(list) < layers)
		json_array_append_new(list, json_object());
	if (json_array_size(list) == 0)
		json_array_append_new(list, json_pack("{s:b}", "empty_layer", 1));
	return list;
}

/* --- Texts --- */

/* Read `count` digits, at most the number `max`; -1 if they are missing or too large. */
static int
number(const char **text, int count, int max)
{
	int value = 0;

	for (int i = 0; i < count; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return -1;
		value = value * 10 + (**text - '0');
	}
	return value <= max ? value : -1;
}

static bool
character(const char **text, const char *set)
{
	return **text != '\0' && strchr(set, *(*text)++) != NULL;
}

static bool
is_date(const char **text)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;
	bool leap;

	if ((year = number(text, 4, 9999)) < 0 || !character(text, "-") ||
	    (month = number(text, 2, 12)) < 1 || !character(text, "-") ||
	    (day = number(text, 2, 31)) < 1)
		return false;
	leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day <= days[month - 1] + leap;
}

/* A time (RFC 3339, 5.6) as clients parse it: no leap second, at most nanoseconds. Any other form
 * makes the client abort the whole pull. */
static bool
is_time(const char *text)
{
	if (!is_date(&text) || !character(&text, "T") || number(&text, 2, 23) < 0 ||
	    !character(&text, ":") || number(&text, 2, 59) < 0 || !character(&text, ":") ||
	    number(&text, 2, 59) < 0)
		return false;
	if (*text == '.') {
		size_t length = strspn(++text, "0123456789");

		if (length == 0 || length > 9)
			return false;
		text += length;
	}
	if (strcmp(text, "Z") == 0)
		return true;
	return character(&text, "+-") && number(&text, 2, 23) >= 0 && character(&text, ":") &&
	       number(&text, 2, 59) >= 0 && *text == '\0';
}

static const char *
time_of(const json_t *first, const json_t *second)
{
	const char *texts[] = { json_string_value(json_object_get(first, "created")),
		json_string_value(json_object_get(second, "created")) };

	for (size_t i = 0; i < 2; i++)
		if (texts[i] != NULL && is_time(texts[i]))
			return texts[i];
	return NO_TIME;
}

static void
set_command(json_t *text, const json_t *entry)
{
	const char *command = json_string_value(json_object_get(entry, "created_by"));

	if (command != NULL && *command != '\0')
		json_object_set_new(text, "container_config", json_pack("{s:[s]}", "Cmd", command));
}

/* The JSON of an image below the top (new reference). */
static json_t *
text_of_entry(const json_t *config, const json_t *entry)
{
	static const char *const keys[] = { "author", "comment" };
	json_t *text = json_pack("{s:s}", "created", time_of(entry, config));

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (json_string_length(json_object_get(entry, keys[i])) > 0)
			json_object_set(text, keys[i], json_object_get(entry, keys[i]));
	set_command(text, entry);
	return text;
}

/* Some clients ignore letter case in keys, so the spelling of a key that is set here or left out
 * must not get in from the config. */
static bool
is_kept(const char *key, const json_t *value)
{
	static const char *const dropped[] = { "rootfs", "history", "id", "parent", "parent_id",
		"layer_id", "throwaway", "Size" };
	static const char *const spelt[] = { "created", "container_config" };

	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		if (strcasecmp(key, dropped[i]) == 0)
			return false;
	for (size_t i = 0; i < sizeof(spelt) / sizeof(spelt[0]); i++)
		if (strcasecmp(key, spelt[i]) == 0 && strcmp(key, spelt[i]) != 0)
			return false;
	return !json_is_null(value);
}

/* The JSON of the top image, which repeats the config (new reference). */
static json_t *
text_of_config(const json_t *config, const json_t *entry)
{
	json_t *text = json_copy((json_t *)(uintptr_t)config), *value;
	const char *key;
	void *next;

	json_object_foreach_safe(text, next, key, value) if (!is_kept(key, value))
	    json_object_del(text, key);
	json_object_set_new(text, "created", json_string(time_of(config, entry)));
	if (json_object_size(json_object_get(text, "container_config")) == 0) {
		json_object_del(text, "container_config");
		set_command(text, entry);
	}
	return text;
}

static const char *
dump(struct arena *arena, const json_t *json)
{
	char *text = json_dumps(json, TEXT_FORM);
	const char *copy = arena_strdup(arena, text);

	free(text);
	return copy;
}

/* Set the image's id, and its JSON with that id. */
static void
finish(struct arena *arena, struct v1_image *image, json_t *text, const struct v1_image *parent)
{
	const char *bare;

	if (parent != NULL)
		json_object_set_new(
		    text, "parent", json_string(parent->id.text + strlen("sha256:")));
	if (image->empty)
		json_object_set_new(text, "throwaway", json_true());
	bare = arena_printf(arena, "%s\n%s", dump(arena, text), image->layer.text);
	digest_of(&image->id, DIGEST_SHA256, bare, strlen(bare));
	json_object_set_new(text, "id", json_string(image->id.text + strlen("sha256:")));
	image->text = dump(arena, text);
}

static void
walk(struct arena *arena, const struct manifest *manifest, const json_t *config,
    const json_t *history, struct v1_image *images)
{
	size_t count = json_array_size(history), layer = 1;

	for (size_t i = 0; i < count; i++) {
		const json_t *entry = json_array_get(history, i);
		json_t *text = i + 1 < count ? text_of_entry(config, entry)
					     : text_of_config(config, entry);

		images[i] = (struct v1_image){ .empty = is_empty_entry(entry) };
		if (images[i].empty) {
			v1_image_empty_layer_digest(&images[i].layer);
		} else {
			images[i].layer = manifest->blobs[layer].digest;
			(void)is_layer_type(manifest->blobs[layer++].media_type, &images[i].zstd);
		}
		finish(arena, &images[i], text, i > 0 ? &images[i - 1] : NULL);
		json_decref(text);
	}
}

bool
v1_images_make(struct arena *arena, const struct manifest *manifest, struct bytes config,
    struct v1_image **out, size_t *count, const char **reason)
{
	json_error_t fault;
	json_t *document, *history;

	if ((*reason = unusable(manifest)) != NULL)
		return false;
	document = document_load(arena, config, &fault);
	if (!json_is_object(document)) {
		json_decref(document);
		*reason = "its config cannot be read";
		return false;
	}
	history = history_of(document, manifest->blob_count - 1);
	*count = json_array_size(history);
	*out = arena_array(arena, *count, sizeof(**out));
	walk(arena, manifest, document, history, *out);
	json_decref(history);
	json_decref(document);
	return true;
}
