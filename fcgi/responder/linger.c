#include "responder/linger.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define DESCRIPTORS_MAX 4096 /* descriptors above this are closed at once */
#define EXPIRE_MS 1000
#define EVENTS 64

struct linger_set {
	int epoll_fd, stop_fd;
	int64_t timeout_ms;
	pthread_t thread;
	pthread_mutex_t lock;              /* protects the fields below */
	int64_t until_ms[DESCRIPTORS_MAX]; /* indexed by descriptor; 0: not lingering */
};

/* Return false if the peer has closed. */
static bool
drop_piece(int fd)
{
	char piece[65536];
	ssize_t n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT);

	return n > 0 || (n == -1 && (errno == EAGAIN || errno == EINTR));
}

/* Called with the lock held. */
static void
let_go(struct linger_set *set, int fd)
{
	set->until_ms[fd] = 0;
	close(fd); /* also removes it from the epoll set */
}

static void
close_expired(struct linger_set *set, int64_t now_ms)
{
	pthread_mutex_lock(&set->lock);
	for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
		if (set->until_ms[fd] != 0 && set->until_ms[fd] <= now_ms)
			let_go(set, fd);
	pthread_mutex_unlock(&set->lock);
}

/* Return false if it is time to stop. */
static bool
serve(struct linger_set *set, int fd)
{
	if (fd == set->stop_fd)
		return false;
	if (!drop_piece(fd)) {
		pthread_mutex_lock(&set->lock);
		let_go(set, fd);
		pthread_mutex_unlock(&set->lock);
	}
	return true;
}

static void *
linger_main(void *argument)
{
	struct linger_set *set = argument;
	struct epoll_event events[EVENTS];
	int64_t expire_ms = 0;
	bool go_on = true;

	while (go_on) {
		int n = epoll_wait(set->epoll_fd, events, EVENTS, EXPIRE_MS);

		for (int i = 0; i < n && go_on; i++)
			go_on = serve(set, events[i].data.fd);
		if (clock_steady_ms() >= expire_ms) {
			close_expired(set, clock_steady_ms());
			expire_ms = clock_steady_ms() + EXPIRE_MS;
		}
	}
	return NULL;
}

static bool
watch(struct linger_set *set, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(set->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

struct linger_set *
linger_open(int64_t timeout_ms)
{
	struct linger_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		log_fatal("out of memory");
	set->timeout_ms = timeout_ms;
	set->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	set->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (set->epoll_fd == -1 || set->stop_fd == -1 || !watch(set, set->stop_fd))
		log_fatal("cannot start: errno %d", errno);
	pthread_mutex_init(&set->lock, NULL);
	if ((errno = pthread_create(&set->thread, NULL, linger_main, set)) != 0)
		log_fatal("cannot start a thread: errno %d", errno);
	return set;
}

void
linger_close(struct linger_set *set)
{
	(void)!write(set->stop_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
	pthread_join(set->thread, NULL);
	close_expired(set, INT64_MAX);
	close(set->epoll_fd);
	close(set->stop_fd);
	pthread_mutex_destroy(&set->lock);
	free(set);
}

void
linger_put(struct linger_set *set, int fd)
{
	pthread_mutex_lock(&set->lock);
	if (fd < DESCRIPTORS_MAX && watch(set, fd))
		set->until_ms[fd] = clock_steady_ms() + set->timeout_ms;
	else
		close(fd);
	pthread_mutex_unlock(&set->lock);
}
