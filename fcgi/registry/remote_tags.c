#include "registry/remote_tags.h"

#include <jansson.h>
#include <string.h>

#include "oci/document.h"
#include "oci/name.h"
#include "registry/upstream_context.h"
#include "registry/remote_search.h"
#include "registry/upstreams.h"

#define TAGS_LIMIT (4 * 1024 * 1024) /* longest page of a tag list, in bytes */
#define TAGS_MAX 100000
#define PAGES_MAX 1000

struct tag_list {
	const char **tags;
	size_t count, room;
};

static void
tag_list_add(struct arena *arena, struct tag_list *list, const char *tag)
{
	if (list->count == list->room) {
		const char **more;

		list->room = list->room == 0 ? 64 : 2 * list->room;
		more = arena_array(arena, list->room, sizeof(*more));
		if (list->count > 0)
			memcpy(more, list->tags, list->count * sizeof(*more));
		list->tags = more;
	}
	list->tags[list->count++] = arena_strdup(arena, tag);
}

/* {"name": ..., "tags": [...] or null}; invalid tags are left out. */
static bool
read_tags(struct arena *arena, const struct upstream_reply *reply, struct tag_list *list)
{
	json_error_t fault;
	json_t *document = document_load(
	    arena, (struct bytes){ reply->body, reply->body_length }, &fault);
	json_t *tags = json_object_get(document, "tags"), *tag;
	bool ok = json_is_array(tags) || json_is_null(tags);
	struct error ignored = { 0 };
	size_t i;

	json_array_foreach(tags, i, tag)
		if (json_is_string(tag) && name_check_tag(json_string_value(tag), &ignored) &&
		    list->count < TAGS_MAX)
			tag_list_add(arena, list, json_string_value(tag));
	json_decref(document);
	return ok;
}

static bool
get_tags(struct remote_search *search, const struct remote *remote, bool *got, struct error *err)
{
	const struct registry *registry = search->scope->registry;
	struct arena *arena = registry->db->arena;
	const char *path = arena_printf(arena, "/v2/%s/tags/list", remote->path);
	struct tag_list list = { 0 };
	struct upstream_reply reply;
	enum upstream_result result;

	for (int pages = 0; path != NULL && pages < PAGES_MAX && list.count < TAGS_MAX; pages++) {
		result = upstreams_ask(registry->upstream->upstreams, registry->db, remote,
		    &(struct upstream_call){ .path = path,
			.name = remote->path,
			.limit = TAGS_LIMIT,
			.answer_ms = remote_search_answer_ms(search, remote) },
		    &reply);
		if (result != UPSTREAM_DONE)
			return remote_search_record_failure(
			    search, remote, true, result, &reply, err);
		if (!read_tags(arena, &reply, &list)) {
			struct error reason = { 0 };

			(void)remote_search_refuse(
			    remote, "cannot read the upstream's list of tags", &reason);
			remote_search_remember(search, remote, &reason);
			return true;
		}
		path = reply.link;
	}
	*got = true;
	return db_remote_tags_put(registry->db, remote, list.tags, list.count, err);
}

bool
remote_tags(struct request_scope *scope, const char *name, bool known, struct answer *answer,
    enum remote_end *end, struct error *err)
{
	const struct remote_question question = { 0 };
	struct remote_search search;
	bool got = false;

	*end = REMOTE_NOTHING;
	if (!remote_search_open(&search, scope, name, &question, answer, err))
		return false;
	for (size_t i = 0; i < search.count; i++) {
		struct remote *remote = &search.remotes[i];

		if (remote->tags_fresh || !remote_search_may_ask(&search, remote))
			continue;
		if (!remote_search_may_block(scope, err) || !get_tags(&search, remote, &got, err))
			return false;
	}
	if (got)
		*end = REMOTE_FOUND;
	if (!known && !got)
		return remote_search_end(&search, err);
	if (search.failed || search.trouble.code != ERROR_NONE)
		answer->warning = "111 - \"Revalidation Failed\"";
	return true;
}
