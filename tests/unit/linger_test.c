#include "responder/linger.h"

#include "test.h"

#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define MINUTE_MS 60000
#define PATIENCE_MS 20000
#define MORE_THAN_A_BUFFER (16 * 1024 * 1024)

/* Make a connection: end 0 is put into the set, end 1 is the peer's. */
static struct linger_set *
put_one(int64_t most_ms, int ends[2])
{
	struct linger_set *set = linger_open(most_ms);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	linger_put(set, ends[0]);
	return set;
}

/* True if the other end is closed within wait_ms. */
static bool
is_closed(int peer, int wait_ms)
{
	struct pollfd poll_for = { .fd = peer, .events = POLLIN };
	char byte;

	return poll(&poll_for, 1, wait_ms) == 1 && read(peer, &byte, 1) <= 0;
}

static void
what_is_sent_is_dropped_until_the_peer_closes(void **state)
{
	int ends[2];
	struct linger_set *set = put_one(MINUTE_MS, ends);
	char *body = calloc(1, MORE_THAN_A_BUFFER);
	struct timeval limit = { .tv_sec = PATIENCE_MS / 1000 };

	(void)state;
	setsockopt(ends[1], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	for (size_t sent = 0; sent < MORE_THAN_A_BUFFER;) {
		ssize_t n = send(ends[1], body + sent, MORE_THAN_A_BUFFER - sent, MSG_NOSIGNAL);

		assert_true(n > 0);
		sent += (size_t)n;
	}
	assert_false(is_closed(ends[1], 0));
	shutdown(ends[1], SHUT_WR);
	assert_true(is_closed(ends[1], PATIENCE_MS));
	close(ends[1]);
	linger_close(set);
	free(body);
}

static void
silent_peer_is_closed_in_the_end(void **state)
{
	int ends[2];
	struct linger_set *set = put_one(1, ends);

	(void)state;
	assert_true(is_closed(ends[1], PATIENCE_MS));
	close(ends[1]);
	linger_close(set);
}

static void
dripping_gains_no_time(void **state)
{
	int ends[2];
	struct linger_set *set = put_one(2000, ends);
	int drips = 0;

	(void)state;
	while (!is_closed(ends[1], 100) && drips < PATIENCE_MS / 100) {
		(void)!send(ends[1], "x", 1, MSG_NOSIGNAL);
		drips++;
	}
	assert_true(drips > 0 && drips < PATIENCE_MS / 100);
	close(ends[1]);
	linger_close(set);
}

static void
end_closes_all(void **state)
{
	int first[2], second[2];
	struct linger_set *set = put_one(MINUTE_MS, first);

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, second), 0);
	linger_put(set, second[0]);
	assert_false(is_closed(first[1], 0));
	linger_close(set);
	assert_true(is_closed(first[1], 0) && is_closed(second[1], 0));
	close(first[1]);
	close(second[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_is_dropped_until_the_peer_closes),
		cmocka_unit_test(silent_peer_is_closed_in_the_end),
		cmocka_unit_test(dripping_gains_no_time),
		cmocka_unit_test(end_closes_all),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("linger", tests, NULL, NULL);
}
