/* Passwords. */
#include <jansson.h>

#include "auth/password_change.h"
#include "rest/call.h"
#include "rest/handlers.h"

/* userName, oldPassword, newPassword1, newPassword2 */
static bool
change_read(struct request *req, struct password_change *change, struct error *err)
{
	const char *json;
	json_t *document;
	json_error_t reason;
	bool ok;

	if (!rest_document(req, &json, err))
		return false;
	document = json_loads(json, 0, NULL);
	arena_defer(req->arena, (void (*)(void *))json_decref, document);
	ok = json_unpack_ex(document, &reason, 0, "{s:s, s:s, s:s, s:s}", "userName", &change->name,
		 "oldPassword", &change->old, "newPassword1", &change->fresh, "newPassword2",
		 &change->repeated) == 0;
	return ok || error_set(err, ERROR_BAD_REQUEST, "%s", reason.text);
}

bool
rest_password_change(struct request *req, struct error *err)
{
	const struct request_scope *scope = request_scope(req);
	struct password_change change;

	if (!change_read(req, &change, err) ||
	    !password_change(scope->registry->db, request_service(req)->config, &scope->principal,
		&scope->actor, &change, err))
		return false;
	reply_text(req, 200, "password changed\n");
	return true;
}
