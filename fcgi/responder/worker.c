#include "responder/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "registry/store_watch.h"
#include "responder/acceptor.h"
#include "responder/worker_state.h"

/* Return on SIGTERM, or when the parent has ended. */
static void
wait_for_stop(int parent_fd)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .fd = parent_fd, .events = POLLIN } };
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	fds[0].fd = signalfd(-1, &signals, SFD_CLOEXEC);
	while (poll(fds, 2, -1) == -1 && errno == EINTR)
		;
	close(fds[0].fd);
}

int
worker_run(const struct responder *responder, struct service *service,
    const struct listeners *listeners, int parent_fd, int ready_fd)
{
	struct worker_state state;
	struct acceptors *acceptors;
	struct store_watch *watch = NULL;

	worker_state_open(&state, responder, service);
	acceptors = acceptors_start(&state, listeners);
	if (service->store != NULL)
		watch = store_watch_start(service->pool, service->store, responder->name);
	(void)!write(ready_fd, "r", 1);
	close(ready_fd);
	wait_for_stop(parent_fd);
	worker_state_stop(&state);
	log_line(LOG_LEVEL_INFO, "stopping, %d requests to finish", atomic_load(&state.busy));
	acceptors_join(acceptors);
	worker_state_close(&state);
	store_watch_stop(watch);
	return 0;
}
