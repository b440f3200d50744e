#include "responder/thread_count.h"

#include <unistd.h>

#define GENERAL_PER_CORE 4
#define GENERAL_MIN 8

int64_t
thread_count_general(const struct config *config)
{
	int64_t cores = sysconf(_SC_NPROCESSORS_ONLN) * GENERAL_PER_CORE;

	if (config->http_general_threads > 0)
		return config->http_general_threads;
	return cores > GENERAL_MIN ? cores : GENERAL_MIN;
}

int64_t
thread_count_body(const struct config *config)
{
	return config->http_body_threads + (config->http_body_threads + 3) / 4;
}
