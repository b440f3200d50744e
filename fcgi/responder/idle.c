#include "responder/idle.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"

#define DESCRIPTORS_MAX 4096 /* descriptors above this are closed at once */

enum held { HELD_NOT, HELD_IDLE, HELD_NEW };

struct idle {
	int epoll_fd;
	pthread_mutex_t lock; /* protects all fields below, and the epoll set */
	bool stopping;
	int new_count;
	enum held held[DESCRIPTORS_MAX]; /* indexed by descriptor */
};

struct idle *
idle_open(void)
{
	struct idle *idle = calloc(1, sizeof(*idle));

	if (idle == NULL || (idle->epoll_fd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		log_fatal("cannot start: errno %d", errno);
	pthread_mutex_init(&idle->lock, NULL);
	return idle;
}

void
idle_close(struct idle *idle)
{
	for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
		if (idle->held[fd] != HELD_NOT)
			close(fd);
	close(idle->epoll_fd);
	pthread_mutex_destroy(&idle->lock);
	free(idle);
}

int
idle_fd(const struct idle *idle)
{
	return idle->epoll_fd;
}

static void
put(struct idle *idle, int fd, enum held how)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	pthread_mutex_lock(&idle->lock);
	if ((idle->stopping && how == HELD_IDLE) || fd >= DESCRIPTORS_MAX ||
	    epoll_ctl(idle->epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1) {
		close(fd);
	} else {
		idle->held[fd] = how;
		idle->new_count += how == HELD_NEW;
	}
	pthread_mutex_unlock(&idle->lock);
}

void
idle_add(struct idle *idle, int fd)
{
	put(idle, fd, HELD_IDLE);
}

void
idle_add_new(struct idle *idle, int fd)
{
	put(idle, fd, HELD_NEW);
}

int
idle_acquire(struct idle *idle)
{
	struct epoll_event event;
	int fd = -1;

	pthread_mutex_lock(&idle->lock);
	if (epoll_wait(idle->epoll_fd, &event, 1, 0) == 1) {
		fd = event.data.fd;
		epoll_ctl(idle->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
		idle->new_count -= idle->held[fd] == HELD_NEW;
		idle->held[fd] = HELD_NOT;
	}
	pthread_mutex_unlock(&idle->lock);
	return fd;
}

void
idle_stop(struct idle *idle)
{
	pthread_mutex_lock(&idle->lock);
	idle->stopping = true;
	for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
		if (idle->held[fd] == HELD_IDLE &&
		    poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0) == 0) {
			idle->held[fd] = HELD_NOT;
			close(fd); /* also removes it from the epoll set */
		}
	pthread_mutex_unlock(&idle->lock);
}

bool
idle_await(struct idle *idle, int ms)
{
	bool waits;

	pthread_mutex_lock(&idle->lock);
	waits = idle->new_count > 0;
	pthread_mutex_unlock(&idle->lock);
	if (waits)
		poll(&(struct pollfd){ .fd = idle->epoll_fd, .events = POLLIN }, 1, ms);
	return waits;
}
