/* Complete requests to the responder of the REST API. */
#include "fuzz.h"
#include "request.h"

int responder_program(int argc, char **argv);
#define main responder_program
#include "rest/main.c"
#undef main

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	request_fuzz(rest_serve, data, size);
	return 0;
}
