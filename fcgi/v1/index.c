/* The index half of the API: is this a v1 registry, may the client push or pull a name, and with
 * which token. */
#include <jansson.h>
#include <string.h>

#include "oci/document.h"
#include "v1/call.h"
#include "v1/handlers.h"

#define LIST_MAX (4 * 1024 * 1024)
#define PROPERTIES_MAX 1024

/* Never "standalone": clients would then send their password with every call, which does not tell
 * the name an image is for, instead of the token. */
bool
v1_ping(struct request *req, struct error *err)
{
	(void)err;
	reply_header(req, "X-Docker-Registry-Version", "0.9.1");
	reply_header(req, "X-Docker-Registry-Standalone", "false");
	reply_header(req, "Cache-Control", "no-cache");
	return reply_json(req, 200, json_pack("{s:b}", "standalone", 0));
}

/* Read a body that must be a list. Its content is not used: images are sent one by one. */
static bool
list_read(struct request *req, struct error *err)
{
	json_error_t reason;
	json_t *list;
	char *body;
	size_t length;
	bool ok;

	if (!request_body(req, LIST_MAX, &body, &length, err))
		return false;
	list = document_load(req->arena, (struct bytes){ body, length }, &reason);
	ok = json_is_array(list) ||
	     error_set(err, ERROR_BAD_REQUEST, "request body must be a JSON array");
	json_decref(list);
	return ok;
}

bool
v1_repository_put(struct request *req, struct error *err)
{
	return v1_call_may(req, ACTION_WRITE, err) && list_read(req, err) &&
	       v1_call_endpoint(req, err) && v1_call_reply(req, "\"\"");
}

/* The end of a push. */
bool
v1_repository_images_put(struct request *req, struct error *err)
{
	return v1_call_may(req, ACTION_WRITE, err) && list_read(req, err) &&
	       v1_call_endpoint(req, err) && reply_empty(req, 204);
}

/* Each id once, without tags: a client would prefer a tag in this list to the list of tags. */
static json_t *
list_ids(const struct v1_tag_row *tags, size_t count)
{
	json_t *list = json_array(), *seen = json_object();

	for (size_t i = 0; i < count; i++) {
		const char *id = v1_id_text(&tags[i].id);

		if (json_object_get(seen, id) != NULL)
			continue;
		json_object_set_new(seen, id, json_true());
		json_array_append_new(list, json_pack("{s:s}", "id", id));
	}
	json_decref(seen);
	return list;
}

bool
v1_repository_images(struct request *req, struct error *err)
{
	struct v1_tag_row *tags;
	size_t count;

	return bridge_v1_tags(request_scope(req), v1_call(req)->name, NULL, &tags, &count, err) &&
	       v1_call_endpoint(req, err) && reply_json(req, 200, list_ids(tags, count));
}

/* As in the original registry, this does not delete images. */
bool
v1_repository_images_delete(struct request *req, struct error *err)
{
	return v1_call_may(req, ACTION_DELETE, err) && v1_call_endpoint(req, err) &&
	       reply_empty(req, 204);
}

bool
v1_repository_auth(struct request *req, struct error *err)
{
	return v1_call_may(req, ACTION_WRITE, err) && v1_call_reply(req, "\"\"");
}

/* --- Properties: access is controlled by permission targets; this reports it --- */

bool
v1_repository_properties(struct request *req, struct error *err)
{
	bool open;

	return bridge_v1_public(request_scope(req), v1_call(req)->name, &open, err) &&
	       reply_json(req, 200, json_pack("{s:s}", "access", open ? "public" : "private"));
}

bool
v1_repository_properties_put(struct request *req, struct error *err)
{
	json_error_t reason;
	const char *access = "";
	json_t *document;
	char *body;
	size_t length;
	bool open, wants_open, valid;

	if (!v1_call_may(req, ACTION_WRITE, err) ||
	    !bridge_v1_public(request_scope(req), v1_call(req)->name, &open, err) ||
	    !request_body(req, PROPERTIES_MAX, &body, &length, err))
		return false;
	document = document_load(req->arena, (struct bytes){ body, length }, &reason);
	valid = json_unpack(document, "{s:s}", "access", &access) == 0 &&
		(strcmp(access, "public") == 0 || strcmp(access, "private") == 0);
	wants_open = strcmp(access, "public") == 0;
	json_decref(document);
	if (!valid)
		return error_set(err, ERROR_BAD_REQUEST, "access: must be public or private");
	if (wants_open != open)
		return error_set(
		    err, ERROR_DENIED, "cannot change access: permission targets determine it");
	return v1_call_reply(req, "true");
}
