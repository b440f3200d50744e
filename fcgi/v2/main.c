/* stowage-v2: Docker Registry API v2 and OCI Distribution 1.1. */
#include "responder/responder.h"
#include "v2/routes.h"

int
main(int argc, char **argv)
{
	static const struct responder responder = {
		.name = "stowage-v2", .api = &v2_api, .takes_tokens = true, .has_store = true
	};

	return responder_main(&responder, argc, argv);
}
