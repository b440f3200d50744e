#include "responder/idle.h"

#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

struct pair {
	struct idle *idle;
	int ours, peers;
};

static int
setup(void **state)
{
	static struct pair pair;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == -1)
		return -1;
	pair = (struct pair){ .idle = idle_open(), .ours = fds[0], .peers = fds[1] };
	*state = &pair;
	return 0;
}

static int
teardown(void **state)
{
	struct pair *pair = *state;

	idle_close(pair->idle);
	close(pair->peers);
	return 0;
}

static bool
is_ready(const struct idle *idle)
{
	return poll(&(struct pollfd){ .fd = idle_fd(idle), .events = POLLIN }, 1, 0) == 1;
}

static bool
peer_sees_the_end(const struct pair *pair)
{
	char byte;

	return recv(pair->peers, &byte, 1, MSG_DONTWAIT) == 0;
}

static void
a_connection_comes_back_with_its_next_request(void **state)
{
	struct pair *pair = *state;
	char byte;

	idle_add(pair->idle, pair->ours);
	assert_false(is_ready(pair->idle));
	assert_int_equal(idle_acquire(pair->idle), -1);
	assert_int_equal(write(pair->peers, "x", 1), 1);
	assert_true(is_ready(pair->idle));
	assert_int_equal(idle_acquire(pair->idle), pair->ours);
	/* It belongs to its acquirer alone. */
	assert_false(is_ready(pair->idle));
	assert_int_equal(idle_acquire(pair->idle), -1);
	assert_int_equal(read(pair->ours, &byte, 1), 1);
	idle_stop(pair->idle);
	assert_false(peer_sees_the_end(pair));
	close(pair->ours);
}

static void
a_connection_its_peer_closed_comes_back_too(void **state)
{
	struct pair *pair = *state;

	idle_add(pair->idle, pair->ours);
	shutdown(pair->peers, SHUT_RDWR);
	assert_int_equal(idle_acquire(pair->idle), pair->ours);
	close(pair->ours);
}

static void
a_stop_closes_those_without_a_request(void **state)
{
	struct pair *pair = *state;

	idle_add(pair->idle, pair->ours);
	idle_stop(pair->idle);
	assert_true(peer_sees_the_end(pair));
	assert_int_equal(idle_acquire(pair->idle), -1);
}

static void
a_stop_leaves_those_with_a_request(void **state)
{
	struct pair *pair = *state;

	idle_add(pair->idle, pair->ours);
	assert_int_equal(write(pair->peers, "x", 1), 1);
	idle_stop(pair->idle);
	assert_false(peer_sees_the_end(pair));
	assert_int_equal(idle_acquire(pair->idle), pair->ours);
	/* After a stop, connections are closed instead. */
	idle_add(pair->idle, pair->ours);
	assert_int_equal(idle_acquire(pair->idle), -1);
	assert_int_equal(fcntl(pair->ours, F_GETFD), -1);
}

static void
what_is_still_kept_is_closed_at_the_end(void **state)
{
	struct pair *pair = *state;

	idle_add(pair->idle, pair->ours);
	idle_close(pair->idle);
	assert_true(peer_sees_the_end(pair));
	pair->idle = idle_open();
}

#define KEPT_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void
a_new_connection_outlives_the_stop(void **state)
{
	struct pair *pair = *state;

	assert_false(idle_await(pair->idle, 0));
	idle_add_new(pair->idle, pair->ours);
	idle_stop(pair->idle);
	assert_false(peer_sees_the_end(pair));
	assert_true(idle_await(pair->idle, 0));
	assert_int_equal(idle_acquire(pair->idle), -1);
	assert_int_equal(write(pair->peers, "x", 1), 1);
	assert_int_equal(idle_acquire(pair->idle), pair->ours);
	assert_false(idle_await(pair->idle, 0));
	close(pair->ours);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KEPT_TEST(a_connection_comes_back_with_its_next_request),
		KEPT_TEST(a_connection_its_peer_closed_comes_back_too),
		KEPT_TEST(a_stop_closes_those_without_a_request),
		KEPT_TEST(a_stop_leaves_those_with_a_request),
		KEPT_TEST(what_is_still_kept_is_closed_at_the_end),
		cmocka_unit_test_setup_teardown(
		    a_new_connection_outlives_the_stop, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("kept", tests, NULL, NULL);
}
