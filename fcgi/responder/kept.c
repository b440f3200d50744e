#include "responder/kept.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"

#define DESCRIPTORS_MOST 4096 /* one beyond is not kept */

struct kept {
	int epoll_fd;
	atomic_bool stopping;
	atomic_bool held[DESCRIPTORS_MOST]; /* who sets it to false owns the descriptor */
};

struct kept *
kept_open(void)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (kept == NULL || (kept->epoll_fd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		log_fatal("cannot start: errno %d", errno);
	return kept;
}

void
kept_close(struct kept *kept)
{
	for (int fd = 0; fd < DESCRIPTORS_MOST; fd++)
		if (atomic_load(&kept->held[fd]))
			close(fd);
	close(kept->epoll_fd);
	free(kept);
}

int
kept_fd(const struct kept *kept)
{
	return kept->epoll_fd;
}

static void
close_idle(struct kept *kept, int fd)
{
	struct pollfd request = { .fd = fd, .events = POLLIN };

	if (poll(&request, 1, 0) == 0 && atomic_exchange(&kept->held[fd], false))
		close(fd);
}

void
kept_put(struct kept *kept, int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.fd = fd };

	if (fd >= DESCRIPTORS_MOST) {
		close(fd);
		return;
	}
	atomic_store(&kept->held[fd], true);
	if (epoll_ctl(kept->epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		log_fatal("cannot watch a connection: errno %d", errno);
	if (atomic_load(&kept->stopping) && atomic_load(&kept->held[fd]))
		close_idle(kept, fd);
}

int
kept_take(struct kept *kept)
{
	struct epoll_event event;

	while (epoll_wait(kept->epoll_fd, &event, 1, 0) == 1) {
		if (!atomic_exchange(&kept->held[event.data.fd], false))
			continue;
		epoll_ctl(kept->epoll_fd, EPOLL_CTL_DEL, event.data.fd, NULL);
		return event.data.fd;
	}
	return -1;
}

void
kept_stop(struct kept *kept)
{
	atomic_store(&kept->stopping, true);
	for (int fd = 0; fd < DESCRIPTORS_MOST; fd++)
		if (atomic_load(&kept->held[fd]))
			close_idle(kept, fd);
}
