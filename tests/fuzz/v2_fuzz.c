/* Complete requests to the responder of the v2 API. */
#include "fuzz.h"
#include "request.h"
#include "v2/routes.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	request_fuzz(&v2_api, data, size);
	return 0;
}
