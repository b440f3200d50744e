#include "oci/document.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

/*
 * Jansson needs up to 250 bytes for a value that costs a client two (a comma and a bracket), so the
 * values of a document are counted before it is parsed. The limit leaves room for 10,000
 * descriptors of a dozen values each.
 */
#define VALUES_MAX (128 * 1024)

/* Jansson recurses once per level; real documents nest only a handful of levels. */
#define DEPTH_MAX 64

/* *longest: no token of the document has more bytes between its quotes. */
static bool
is_affordable(struct bytes payload, size_t *longest)
{
	const char *text = payload.data;
	size_t values = 0, depth = 0, from = 0;
	bool quoted = false;

	*longest = 0;
	for (size_t i = 0; i < payload.length; i++) {
		if (i - from > *longest)
			*longest = i - from;
		if (quoted && text[i] == '\\') {
			i++;
			continue;
		}
		if (text[i] == '"')
			quoted = !quoted;
		else if (quoted || strchr(",:[]{}", text[i]) == NULL)
			continue;
		else if (text[i] == ',')
			values++;
		else if (text[i] == '[' || text[i] == '{')
			values++, depth++;
		else if (text[i] == ']' || text[i] == '}')
			depth -= depth > 0;
		from = i;
		if (depth > DEPTH_MAX)
			return false;
	}
	return values <= VALUES_MAX;
}

/* --- Memory of Jansson --- */

/*
 * Jansson's parser copies a token into a buffer of 16 bytes, which it doubles as necessary. If that
 * fails it goes on, and later reads and writes beyond the end of the token. So each size that the
 * longest token needs is set aside before a document is parsed. All other failures are noticed by
 * Jansson, which then frees what it has made.
 */
#define SIZE_FIRST 32
#define SIZES 24

static _Thread_local struct {
	bool active;  /* document_load() is parsing */
	bool ran_out; /* while it was */
	/* Owned: two of SIZE_FIRST bytes, of twice as many, ...; NULL: used, or not needed. Two,
	 * since the table of an array may grow to that size as well. */
	void *block[2 * SIZES];
} reserve;

/* false if memory is exhausted. */
static bool
reserve_fill(size_t longest)
{
	size_t size = SIZE_FIRST;

	reserve.active = true;
	reserve.ran_out = false;
	/* Both quotes and a NUL are stored, too. */
	for (int i = 0; i < SIZES && size / 2 <= longest + 3; i++, size *= 2)
		if ((reserve.block[2 * i] = malloc(size)) == NULL ||
		    (reserve.block[2 * i + 1] = malloc(size)) == NULL)
			return false;
	return true;
}

static void
reserve_empty(void)
{
	for (int i = 0; i < 2 * SIZES; i++) {
		free(reserve.block[i]);
		reserve.block[i] = NULL;
	}
	reserve.active = false;
}

/* The block of this size, now owned by the caller, or NULL. */
static void *
reserve_acquire(size_t needed)
{
	void *block = NULL;
	size_t size = SIZE_FIRST;

	for (int i = 0; i < 2 * SIZES && block == NULL; size *= (size_t)(1 + i % 2), i++)
		if (size == needed) {
			block = reserve.block[i];
			reserve.block[i] = NULL;
		}
	return block;
}

/* Outside of document_load(), a failed allocation gives up. */
static void *
allocate(size_t size)
{
	/* Once it ran out, the document is of no use: let it end soon. */
	void *memory = reserve.active && reserve.ran_out ? NULL : malloc(size);

	if (memory != NULL || size == 0)
		return memory;
	if (!reserve.active)
		memory_give_up(size);
	reserve.ran_out = true;
	return reserve_acquire(size);
}

void
document_setup(void)
{
	json_set_alloc_funcs(allocate, free);
}

json_t *
document_load(struct arena *arena, struct bytes payload, json_error_t *fault)
{
	json_t *document = NULL;
	size_t longest;
	bool ran_out;

	if (!is_affordable(payload, &longest)) {
		*fault = (json_error_t){ .text = "too many values, or nested too deep" };
		return NULL;
	}
	*fault = (json_error_t){ .text = "out of memory" };
	ran_out = !reserve_fill(longest);
	if (!ran_out)
		document = json_loadb(payload.data, payload.length, JSON_REJECT_DUPLICATES, fault);
	ran_out = ran_out || reserve.ran_out;
	reserve_empty();
	if (document == NULL && ran_out && arena != NULL)
		memory_give_up(payload.length);
	return document;
}

json_t *
document_load_object(struct arena *arena, struct bytes bytes)
{
	json_error_t fault;
	json_t *document = document_load(arena, bytes, &fault);

	if (json_is_object(document))
		return document;
	json_decref(document);
	return NULL;
}

bool
document_check_key(json_t *document, const char *name, struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach(document, key, value)
		if (strcasecmp(key, name) == 0 && strcmp(key, name) != 0)
			return error_set(err, ERROR_MANIFEST_INVALID, "key must be spelt %s", name);
	return true;
}
