/* GET /v2/: is this a v2 registry, and are my credentials valid? (specification, "Determining
 * Support") */
#include "v2/call.h"
#include "v2/handlers.h"

bool
v2_base(struct request *req, struct error *err)
{
	/* A token is valid here even if it is an anonymous one: docker calls this before every push
	 * and pull. */
	return registry_admit_principal(request_scope(req), false, err) &&
	       reply_json(req, 200, json_object());
}
