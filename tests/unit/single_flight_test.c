/* If many threads need the same result at once, one of them gets it for all. */
#include "registry/single_flight.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "test.h"

#define THREADS 16

static struct single_flights *flights;
static atomic_int come, asked, told;

static void *
ask(void *argument)
{
	struct error outcome = { 0 };

	(void)argument;
	atomic_fetch_add(&come, 1);
	if (single_flight_begin(flights, "key", &outcome)) {
		atomic_fetch_add(&asked, 1);
		while (come < THREADS)
			usleep(1000);
		usleep(100 * 1000); /* until the last one waits */
		error_set(&outcome, ERROR_DENIED, "no");
		single_flight_end(flights, "key", &outcome);
	} else if (outcome.code == ERROR_DENIED) {
		atomic_fetch_add(&told, 1);
	}
	return NULL;
}

static void
one_asks_and_all_are_told(void **state)
{
	pthread_t threads[THREADS];
	struct error outcome = { 0 };

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(asked + told, THREADS);
	assert_in_range(asked, 1, 2); /* a thread that is late nevertheless starts another flight */
	assert_true(single_flight_begin(flights, "key", &outcome));
	assert_true(single_flight_begin(flights, "another", &outcome));
	single_flight_end(flights, "another", &outcome);
	single_flight_end(flights, "key", &outcome);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(one_asks_and_all_are_told) };
	int failed;

	flights = single_flights_open();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests_name("flight", tests, NULL, NULL);
	single_flights_close(flights);
	return failed;
}
