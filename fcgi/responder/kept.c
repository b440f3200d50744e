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

enum held { HELD_NOT, HELD_IDLE, HELD_NEW };

struct kept {
	int epoll_fd;
	pthread_mutex_t lock; /* of all below, and of what the set holds */
	bool stopping;
	int new_count;
	enum held held[DESCRIPTORS_MOST]; /* by descriptor */
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
		if (kept->held[fd] != HELD_NOT)
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

static void
put(struct kept *kept, int fd, enum held how)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	pthread_mutex_lock(&kept->lock);
	if ((kept->stopping && how == HELD_IDLE) || fd >= DESCRIPTORS_MOST ||
	    epoll_ctl(kept->epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1) {
		close(fd);
	} else {
		kept->held[fd] = how;
		kept->new_count += how == HELD_NEW;
	}
	pthread_mutex_unlock(&kept->lock);
}

void
kept_put(struct kept *kept, int fd)
{
	put(kept, fd, HELD_IDLE);
}

void
kept_put_new(struct kept *kept, int fd)
{
	put(kept, fd, HELD_NEW);
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
		kept->new_count -= kept->held[fd] == HELD_NEW;
		kept->held[fd] = HELD_NOT;
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
		if (kept->held[fd] == HELD_IDLE &&
		    poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0) == 0) {
			kept->held[fd] = HELD_NOT;
			close(fd); /* leaves the set by this */
		}
	pthread_mutex_unlock(&kept->lock);
}

bool
kept_await(struct kept *kept, int ms)
{
	bool waits;

	pthread_mutex_lock(&kept->lock);
	waits = kept->new_count > 0;
	pthread_mutex_unlock(&kept->lock);
	if (waits)
		poll(&(struct pollfd){ .fd = kept->epoll_fd, .events = POLLIN }, 1, ms);
	return waits;
}
