/* Complete requests to the responder of the REST API. */
#include "fuzz.h"
#include "request.h"
#include "rest/routes.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	request_fuzz(&rest_api, data, size);
	return 0;
}
