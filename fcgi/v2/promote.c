/* POST promote (Artifactory's "Promote Docker Image"). */
#include <jansson.h>

#include "oci/name.h"
#include "registry/promotion.h"
#include "v2/call.h"
#include "v2/routes.h"

#define ORDER_MOST (64 * 1024)

static void
document_free(void *document)
{
	json_decref(document);
}

/* targetRepo and dockerRepository are needed; an absent tag means all, an absent copy means a move.
 */
static bool
order_read(struct request *req, struct promotion *order, struct error *err)
{
	json_error_t reason;
	json_t *document;
	char *body;
	size_t length;
	int copy = 0;

	if (!request_body(req, ORDER_MOST, &body, &length, err))
		return false;
	document = json_loadb(body, length, JSON_REJECT_DUPLICATES, &reason);
	if (document == NULL)
		return error_set(err, ERROR_BAD_REQUEST, "%s", reason.text);
	arena_defer(req->arena, document_free, document);
	if (json_unpack_ex(document, &reason, 0, "{s:s, s:s, s?s, s?s, s?s, s?b}", "targetRepo",
		&order->target_key, "dockerRepository", &order->name, "targetDockerRepository",
		&order->target_name, "tag", &order->tag, "targetTag", &order->target_tag, "copy",
		&copy) != 0)
		return error_set(err, ERROR_BAD_REQUEST, "%s", reason.text);
	order->copy = copy != 0;
	if (order->target_name == NULL)
		order->target_name = order->name;
	return true;
}

static bool
order_check(const struct promotion *order, struct error *err)
{
	if (order->target_tag != NULL && order->tag == NULL)
		return error_set(err, ERROR_BAD_REQUEST, "targetTag goes with a tag");
	return repository_key_check(order->target_key, err) && name_check(order->name, err) &&
	       name_check(order->target_name, err) &&
	       (order->tag == NULL || tag_check(order->tag, err)) &&
	       (order->target_tag == NULL || tag_check(order->target_tag, err));
}

bool
v2_promote(struct request *req, struct error *err)
{
	struct promotion order = { 0 };

	if (request_call(req)->identity->token != NULL)
		return error_set(err, ERROR_UNAUTHORIZED, "promotion takes a password");
	if (!order_read(req, &order, err) || !order_check(&order, err) ||
	    !registry_promote(request_registry(req), &order, err))
		return false;
	reply_text(req, 200, "promoted\n");
	return true;
}
