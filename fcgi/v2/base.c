/* GET /v2/: is this a v2 registry, and am I signed in? (specification, "Determining Support") */
#include "v2/call.h"
#include "v2/routes.h"

bool
v2_base(struct request *req, struct error *err)
{
	/* A token proves itself here even if it is anonymous's: docker asks before every push and
	 * pull. */
	return registry_admit_principal(request_registry(req), false, err) &&
	       reply_json(req, 200, json_object());
}
