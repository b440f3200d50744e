/* stowage-v1: Docker Registry and Index API v1. */
#include "responder/responder.h"
#include "v1/routes.h"

int
main(int argc, char **argv)
{
	static const struct responder responder = {
		.name = "stowage-v1", .api = &v1_api, .takes_tokens = true, .has_store = true
	};

	return responder_main(&responder, argc, argv);
}
