/* Tags of a name. */
#include <jansson.h>
#include <string.h>

#include "base/utf8.h"
#include "oci/name.h"
#include "v1/call.h"
#include "v1/handlers.h"

#define BODY_MAX 1024
#define AGENT_MAX 512

static bool
find_tags(struct request *req, const char *tag, struct v1_tag_row **tags, size_t *count,
    struct error *err)
{
	return bridge_v1_tags(request_scope(req), v1_call(req)->name, tag, tags, count, err);
}

bool
v1_tags_get(struct request *req, struct error *err)
{
	struct v1_tag_row *tags;
	json_t *map;
	size_t count;

	if (!find_tags(req, NULL, &tags, &count, err))
		return false;
	map = json_object();
	for (size_t i = 0; i < count; i++)
		json_object_set_new(map, tags[i].name, json_string(v1_id_text(&tags[i].id)));
	reply_header(req, "Cache-Control", "no-cache");
	return reply_json(req, 200, map);
}

bool
v1_tag_get(struct request *req, struct error *err)
{
	struct v1_tag_row *tags;
	size_t count;

	if (!find_tags(req, request_param(req, "tag"), &tags, &count, err))
		return false;
	reply_header(req, "Cache-Control", "no-cache");
	return v1_call_reply(req, arena_printf(req->arena, "\"%s\"", v1_id_text(&tags[0].id)));
}

/* --- Details of the client that set the tag --- */

/* A token of the User-Agent: "docker/1.6.2 go/go1.4 kernel/3.16 os/linux arch/amd64". */
static const char *
agent_token(struct request *req, const char *agent, const char *name, const char *fallback)
{
	size_t length = strlen(name);

	while (*agent != '\0') {
		size_t token = strcspn(agent, " ");

		if (token > length && strncmp(agent, name, length) == 0 && agent[length] == '/')
			return arena_strndup(req->arena, agent + length + 1, token - length - 1);
		agent += token + strspn(agent + token, " ");
	}
	return fallback;
}

static bool
reply_details(struct request *req, const struct v1_tag_row *tag)
{
	const char *agent = tag->agent;
	const char *kernel = agent_token(req, agent, "kernel", NULL);

	return reply_json(req, 200,
	    json_pack("{s:I, s:s?, s:s?, s:s, s:s, s:s?}", "last_update",
		(json_int_t)(tag->updated / 1000000), "docker_version",
		agent_token(req, agent, "docker", NULL), "docker_go_version",
		agent_token(req, agent, "go", NULL), "arch",
		agent_token(req, agent, "arch", "amd64"), "os",
		agent_token(req, agent, "os", "linux"), "kernel", kernel));
}

bool
v1_tag_json(struct request *req, struct error *err)
{
	struct v1_tag_row *tags;
	size_t count;

	return find_tags(req, request_param(req, "tag"), &tags, &count, err) &&
	       reply_details(req, &tags[0]);
}

/* Of the name: the details of the tag that was set last. */
bool
v1_repository_json(struct request *req, struct error *err)
{
	struct v1_tag_row *tags, newest = { .agent = "" };
	size_t count;

	if (!find_tags(req, NULL, &tags, &count, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (tags[i].updated >= newest.updated)
			newest = tags[i];
	return reply_details(req, &newest);
}

/* --- Setting and deleting tags --- */

static bool
read_id(struct request *req, struct digest *id, struct error *err)
{
	char *body;
	size_t length;
	json_t *value;
	bool ok;

	if (!request_body(req, BODY_MAX, &body, &length, err))
		return false;
	value = json_loadb(body, length, JSON_DECODE_ANY, NULL);
	ok = (json_is_string(value) || error_set(err, ERROR_BAD_REQUEST,
					   "request body must be an image id, a JSON string")) &&
	     v1_image_id_read(id, json_string_value(value), err);
	json_decref(value);
	return ok;
}

bool
v1_tag_put(struct request *req, struct error *err)
{
	const char *tag = request_param(req, "tag"), *agent = request_header(req, "User-Agent");
	struct target target;
	struct digest id;

	if (agent == NULL || strlen(agent) > AGENT_MAX || !utf8_check(agent))
		agent = "";
	if (!name_check_tag(tag, err) || !v1_call_target(req, ACTION_WRITE, &target, err))
		return false;
	/* Layers may have to be unpacked. Checked before the body, which can be read only once. */
	if (target.forwards && !req->may_block)
		return error_set(err, ERROR_WOULD_BLOCK, NULL);
	return read_id(req, &id, err) &&
	       bridge_v1_tag_push(request_scope(req), v1_call(req)->name, tag, &id, agent, err) &&
	       v1_call_reply(req, "\"\"");
}

static bool
delete_tags(struct request *req, const char *tag, struct error *err)
{
	return bridge_v1_tags_delete(request_scope(req), v1_call(req)->name, tag, err) &&
	       v1_call_endpoint(req, err) && v1_call_reply(req, "true");
}

bool
v1_tag_delete(struct request *req, struct error *err)
{
	return delete_tags(req, request_param(req, "tag"), err);
}

bool
v1_tags_delete(struct request *req, struct error *err)
{
	return delete_tags(req, NULL, err);
}
