/* The requests of docker login. */
#include "v1/call.h"
#include "v1/handlers.h"

bool
v1_users_get(struct request *req, struct error *err)
{
	return registry_admit_principal(request_scope(req), false, err) &&
	       v1_call_reply(req, "\"OK\"");
}

/* Accounts cannot be created here; the client then checks whether it has one. The body, which
 * contains a password, is not read. */
bool
v1_users_post(struct request *req, struct error *err)
{
	(void)req;
	return error_set(err, ERROR_UNAUTHORIZED, NULL);
}
