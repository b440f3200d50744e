#include "responder/descriptors.h"

#include <inttypes.h>
#include <sys/resource.h>

#include "responder/thread_count.h"

#define PER_THREAD 3 /* its connection, its epoll instance, a file or an upstream connection */
#define PER_FETCH 4  /* the file, the upstream connection, and what libcurl polls */
#define OTHERS 64    /* sockets, log, libraries */

/* Descriptors that are open when every thread is busy. */
static int64_t
needed(const struct config *config)
{
	return OTHERS + config->database_connections +
	       PER_THREAD * (thread_count_general(config) + config->http_upload_threads +
				thread_count_body(config) + config->http_blocking_threads) +
	       PER_FETCH * config->upstream_fetches;
}

bool
descriptors_raise(const struct config *config, struct error *err)
{
	int64_t required = needed(config);
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return error_errno(err, "cannot read the limit of open files");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		return error_errno(err, "cannot raise the limit of open files");
	if (limit.rlim_cur >= (rlim_t)required)
		return true;
	error_set(err, ERROR_INTERNAL, "cannot serve: the limit of open files is too low");
	return error_cause(err,
	    "limit must be %" PRId64 " (got %" PRId64 "); raise LimitNOFILE (ulimit -n), or lower "
	    "http.general_threads, http.upload_threads, http.body_threads, http.blocking_threads or "
	    "upstream.fetches",
	    required, (int64_t)limit.rlim_cur);
}
