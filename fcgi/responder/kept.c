#include "responder/kept.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"

#define DESCRIPTORS_MOST 4096 /* one beyond is not kept */

struct kept {
	int epoll_fd;
	pthread_mutex_t lock; /* of all below, and of what the set holds */
	bool stopping;
	bool held[DESCRIPTORS_MOST]; /* descriptors that are ours */
};

struct kept *
kept_open(void)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (kept == NULL || (kept->epoll_fd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		log_fatal("cannot start: errno %d", errno);
	pthread_mutex_init(&kept->lock, NULL);
	return kept;
}

void
kept_close(struct kept *kept)
{
	for (int fd = 0; fd < DESCRIPTORS_MOST; fd++)
		if (kept->held[fd])
			close(fd);
	close(kept->epoll_fd);
	pthread_mutex_destroy(&kept->lock);
	free(kept);
}

int
kept_fd(const struct kept *kept)
{
	return kept->epoll_fd;
}

void
kept_put(struct kept *kept, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	pthread_mutex_lock(&kept->lock);
	if (kept->stopping || fd >= DESCRIPTORS_MOST ||
	    epoll_ctl(kept->epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		close(fd);
	else
		kept->held[fd] = true;
	pthread_mutex_unlock(&kept->lock);
}

int
kept_take(struct kept *kept)
{
	struct epoll_event event;
	int fd = -1;

	pthread_mutex_lock(&kept->lock);
	if (epoll_wait(kept->epoll_fd, &event, 1, 0) == 1) {
		fd = event.data.fd;
		epoll_ctl(kept->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
		kept->held[fd] = false;
	}
	pthread_mutex_unlock(&kept->lock);
	return fd;
}

void
kept_stop(struct kept *kept)
{
	pthread_mutex_lock(&kept->lock);
	kept->stopping = true;
	for (int fd = 0; fd < DESCRIPTORS_MOST; fd++)
		if (kept->held[fd] &&
		    poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0) == 0) {
			kept->held[fd] = false;
			close(fd); /* leaves the set by this */
		}
	pthread_mutex_unlock(&kept->lock);
}
