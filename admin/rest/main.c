/* stowage-admin: the REST interface. It has no access to the blob store. */
#include "responder/responder.h"
#include "rest/routes.h"

int
main(int argc, char **argv)
{
	static const struct responder responder = { .name = "stowage-admin", .api = &rest_api };

	return responder_main(&responder, argc, argv);
}
