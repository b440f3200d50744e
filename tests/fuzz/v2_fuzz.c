/* Complete requests to the responder of the v2 API. */
#include "fuzz.h"
#include "request.h"

int responder_program(int argc, char **argv);
#define main responder_program
#include "v2/main.c"
#undef main

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	request_fuzz(v2_serve, data, size);
	return 0;
}
