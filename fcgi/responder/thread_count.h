/* How many threads a worker has, according to the settings. */
#ifndef RESPONDER_THREAD_COUNT_H
#define RESPONDER_THREAD_COUNT_H

#include <stdint.h>

#include "base/config.h"

/* Threads for general requests. */
int64_t thread_count_general(const struct config *);
/* Maximum number of threads that wait for bodies: of uploads, and of documents (a quarter as
 * many). */
int64_t thread_count_body(const struct config *);

#endif
