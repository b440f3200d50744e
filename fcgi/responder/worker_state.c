#include "responder/worker_state.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "responder/thread_count.h"

#define LINGER_MS 60000 /* a refused client may continue to send */

void
worker_state_open(
    struct worker_state *state, const struct responder *responder, struct service *service)
{
	const struct config *config = service->config;
	int64_t receivers = thread_count_body(config);

	*state = (struct worker_state){ .responder = responder, .service = service };
	state->lingering = linger_open(LINGER_MS);
	state->blocking_pool = blocking_pool_open((size_t)config->http_blocking_threads);
	state->receivers = blocking_pool_open((size_t)receivers);
	state->uploads = share_open((size_t)config->http_body_threads);
	state->documents = share_open((size_t)(receivers - config->http_body_threads));
	for (int pool = 0; pool < POOLS; pool++)
		state->idle[pool] = idle_open();
	state->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (state->stop_fd == -1)
		log_fatal("cannot start: errno %d", errno);
}

void
worker_state_stop(struct worker_state *state)
{
	for (int pool = 0; pool < POOLS; pool++)
		idle_stop(state->idle[pool]);
	(void)!write(state->stop_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
}

void
worker_state_close(struct worker_state *state)
{
	blocking_pool_close(state->blocking_pool);
	blocking_pool_close(state->receivers); /* after the pools that dispatch to them */
	share_close(state->uploads);
	share_close(state->documents);
	linger_close(state->lingering);
	for (int pool = 0; pool < POOLS; pool++)
		idle_close(state->idle[pool]);
	close(state->stop_fd);
}
