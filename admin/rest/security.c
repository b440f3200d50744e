/* Passwords. */
#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "auth/password.h"
#include "db/account.h"
#include "rest/call.h"
#include "rest/handlers.h"

struct change {
	const char *name, *old, *fresh;
};

/* userName, oldPassword, newPassword1, newPassword2 */
static bool
change_read(struct request *req, struct change *change, struct error *err)
{
	const char *json, *again;
	json_t *document;
	json_error_t reason;
	bool ok;

	if (!rest_document(req, &json, err))
		return false;
	document = json_loads(json, 0, NULL);
	arena_defer(req->arena, (void (*)(void *))json_decref, document);
	ok = json_unpack_ex(document, &reason, 0, "{s:s, s:s, s:s, s:s}", "userName", &change->name,
		 "oldPassword", &change->old, "newPassword1", &change->fresh, "newPassword2",
		 &again) == 0;
	if (!ok)
		return error_set(err, ERROR_BAD_REQUEST, "%s", reason.text);
	if (strcmp(change->fresh, again) != 0)
		return error_set(err, ERROR_BAD_REQUEST, "newPassword2: must equal newPassword1");
	return *change->fresh != '\0' ||
	       error_set(err, ERROR_BAD_REQUEST, "newPassword1: must not be empty");
}

/* Users change their own password by proving the old one; administrators may set the password of
 * others. */
static bool
change_admit(struct request *req, const struct change *change, struct error *err)
{
	const struct registry *registry = request_registry(req);
	struct account *account;
	bool own = strcasecmp(change->name, request_scope(req)->actor.name) == 0, good = !own;

	if (!own && !rest_call(req)->is_admin)
		return error_set(err, ERROR_DENIED, "administrator required");
	if (!db_account_find(registry->db, change->name, &account, err))
		return false;
	if (account == NULL)
		return error_set(err, ERROR_NOT_FOUND, "no such user: %s", change->name);
	if (own && !password_check(change->old, account->password, &good, err))
		return false;
	if (good)
		return true;
	if (!db_account_failed(registry->db, account->id, account->name,
		request_service(req)->config, &request_scope(req)->actor, err))
		return false;
	return error_set(err, ERROR_BAD_REQUEST, "oldPassword: wrong password");
}

bool
rest_password_change(struct request *req, struct error *err)
{
	const struct registry *registry = request_registry(req);
	struct change change;
	const char *hash;

	if (!change_read(req, &change, err) || !change_admit(req, &change, err) ||
	    !password_rules_check(change.name, change.fresh, err) ||
	    (hash = password_hash(req->arena, change.fresh, err)) == NULL ||
	    !db_account_password(registry->db, change.name, hash, &request_scope(req)->actor, err))
		return false;
	reply_text(req, 200, "password changed\n");
	return true;
}
