/* POST promote (Artifactory's "Promote Docker Image"). */
#include <jansson.h>

#include "oci/document.h"
#include "oci/name.h"
#include "registry/promotion.h"
#include "v2/call.h"
#include "v2/handlers.h"

#define ORDER_MAX (64 * 1024)

static void
document_free(void *document)
{
	json_decref(document);
}

/* A missing field is NULL. So is an empty one: jfrog-cli always sends all fields. */
static bool
text_read(json_t *document, const char *field, const char **text, struct error *err)
{
	json_t *value = json_object_get(document, field);

	*text = json_string_value(value);
	if (value != NULL && !json_is_null(value) && *text == NULL)
		return error_set(err, ERROR_BAD_REQUEST, "%s: must be a string", field);
	if (*text != NULL && **text == '\0')
		*text = NULL;
	return true;
}

/* Without a tag, all tags; without copy, a move. */
static bool
fields_read(json_t *document, struct promotion *order, struct error *err)
{
	json_t *copy = json_object_get(document, "copy");

	if (!text_read(document, "targetRepo", &order->target_key, err) ||
	    !text_read(document, "dockerRepository", &order->name, err) ||
	    !text_read(document, "targetDockerRepository", &order->target_name, err) ||
	    !text_read(document, "tag", &order->tag, err) ||
	    !text_read(document, "targetTag", &order->target_tag, err))
		return false;
	if (copy != NULL && !json_is_null(copy) && !json_is_boolean(copy))
		return error_set(err, ERROR_BAD_REQUEST, "copy: must be true or false");
	if (order->target_key == NULL || order->name == NULL)
		return error_set(err, ERROR_BAD_REQUEST, "%s: must not be missing or empty",
		    order->target_key == NULL ? "targetRepo" : "dockerRepository");
	order->copy = json_is_true(copy);
	if (order->target_name == NULL)
		order->target_name = order->name;
	return true;
}

static bool
order_read(struct request *req, struct promotion *order, struct error *err)
{
	json_error_t reason;
	json_t *document;
	char *body;
	size_t length;

	if (!request_json_check(req, err) || !request_body(req, ORDER_MAX, &body, &length, err))
		return false;
	document = document_load(req->arena, (struct bytes){ body, length }, &reason);
	if (document == NULL)
		return error_set(err, ERROR_BAD_REQUEST, "%s", reason.text);
	arena_defer(req->arena, document_free, document);
	return json_is_object(document)
		   ? fields_read(document, order, err)
		   : error_set(err, ERROR_BAD_REQUEST, "request body must be a JSON object");
}

static bool
order_check(const struct promotion *order, struct error *err)
{
	if (order->target_tag != NULL && order->tag == NULL)
		return error_set(err, ERROR_BAD_REQUEST, "targetTag: requires tag");
	return name_check_key(order->target_key, err) && name_check(order->name, err) &&
	       name_check(order->target_name, err) &&
	       (order->tag == NULL || name_check_tag(order->tag, err)) &&
	       (order->target_tag == NULL || name_check_tag(order->target_tag, err));
}

bool
v2_promote(struct request *req, struct error *err)
{
	struct promotion order = { 0 };

	if (req->call->identity->token != NULL)
		return error_set(err, ERROR_UNAUTHORIZED, "promotion requires a password");
	if (!order_read(req, &order, err) || !order_check(&order, err) ||
	    !registry_promote(request_scope(req), &order, err))
		return false;
	reply_text(req, 200, "promoted\n");
	return true;
}
