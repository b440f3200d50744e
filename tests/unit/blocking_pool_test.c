/* Threads for requests that block: as many as needed, not more than allowed. */
#include "responder/blocking_pool.h"

#include <stdatomic.h>
#include <unistd.h>

#include "test.h"

static atomic_int running, done;
static atomic_bool go;

static void
work(void *object)
{
	(void)object;
	atomic_fetch_add(&running, 1);
	while (!atomic_load(&go))
		usleep(1000);
	atomic_fetch_add(&done, 1);
}

static void
a_job_gets_a_thread_or_is_refused(void **state)
{
	struct blocking_pool *blocking_pool = blocking_pool_open(3);

	(void)state;
	for (int round = 0; round < 3; round++) {
		atomic_store(&running, 0);
		atomic_store(&done, 0);
		atomic_store(&go, false);
		for (int i = 0; i < 3; i++)
			assert_true(blocking_pool_run(blocking_pool, work, NULL));
		assert_false(blocking_pool_run(blocking_pool, work, NULL));
		while (atomic_load(&running) < 3)
			usleep(1000);
		atomic_store(&go, true);
		while (atomic_load(&done) < 3)
			usleep(1000);
		usleep(20 * 1000); /* until they are idle again */
	}
	blocking_pool_close(blocking_pool);
}

static void
closing_waits_for_what_was_given(void **state)
{
	struct blocking_pool *blocking_pool = blocking_pool_open(2);

	(void)state;
	atomic_store(&done, 0);
	atomic_store(&go, true);
	assert_true(blocking_pool_run(blocking_pool, work, NULL));
	assert_true(blocking_pool_run(blocking_pool, work, NULL));
	blocking_pool_close(blocking_pool);
	assert_int_equal(atomic_load(&done), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_gets_a_thread_or_is_refused),
		cmocka_unit_test(closing_waits_for_what_was_given),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("waiters", tests, NULL, NULL);
}
