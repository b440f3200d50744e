/* The line in the log for each request that was answered. */
#ifndef RESPONDER_ACCESS_LOG_H
#define RESPONDER_ACCESS_LOG_H

#include "http/request.h"

/* started: of the request, by clock_steady_ms(). */
void access_log_write(const struct request *, const struct error *, int64_t started);

#endif
