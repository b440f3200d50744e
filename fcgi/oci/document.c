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

static bool
is_affordable(struct bytes payload)
{
	const char *text = payload.data;
	size_t values = 0, depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < payload.length; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (text[i] == ',')
			values++;
		else if (text[i] == '[' || text[i] == '{')
			values++, depth++;
		else if (text[i] == ']' || text[i] == '}')
			depth -= depth > 0;
		if (depth > DEPTH_MAX)
			return false;
	}
	return values <= VALUES_MAX;
}

static _Thread_local bool memory_ran_out;

static void *
allocate(size_t size)
{
	void *memory = malloc(size);

	memory_ran_out |= memory == NULL && size > 0;
	return memory;
}

void
document_setup(void)
{
	json_set_alloc_funcs(allocate, free);
}

json_t *
document_load(struct arena *arena, struct bytes payload, json_error_t *fault)
{
	json_t *document;

	if (!is_affordable(payload)) {
		*fault = (json_error_t){ .text = "too many values, or nested too deep" };
		return NULL;
	}
	memory_ran_out = false;
	document = json_loadb(payload.data, payload.length, JSON_REJECT_DUPLICATES, fault);
	if (document == NULL && memory_ran_out && arena != NULL)
		memory_give_up(payload.length);
	return document;
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
