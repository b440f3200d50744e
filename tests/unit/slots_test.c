#include "base/slots.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "test.h"

/* The administrator has set the wall clock back by an hour. */
int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, clock, now);

	if (clock == CLOCK_REALTIME)
		now->tv_sec -= 3600;
	return result;
}

static void
slots_are_limited(void **state)
{
	static struct slots slots = SLOTS(2);

	(void)state;
	assert_true(slots_acquire(&slots, 0));
	assert_true(slots_acquire(&slots, 0));
	assert_false(slots_acquire(&slots, 0));
	slots_release(&slots);
	assert_true(slots_acquire(&slots, 0));
}

static void
the_wall_clock_does_not_end_a_wait(void **state)
{
	static struct slots slots = SLOTS(0);
	int64_t started_ms = clock_steady_ms();

	(void)state;
	assert_false(slots_acquire(&slots, 50));
	assert_true(clock_steady_ms() - started_ms >= 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_are_limited),
		cmocka_unit_test(the_wall_clock_does_not_end_a_wait),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
