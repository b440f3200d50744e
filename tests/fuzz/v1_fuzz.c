/* Complete requests to the responder of the v1 API. */
#include "fuzz.h"
#include "request.h"
#include "v1/routes.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	request_fuzz(&v1_api, data, size);
	return 0;
}
