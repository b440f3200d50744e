#include "base/breaker.h"

#include "test.h"

#define PAUSE 700
#define STALE 2000

static struct breaker
failed_at(int64_t now_ms, int64_t stale_ms)
{
	struct breaker breaker = { .pause_ms = PAUSE, .stale_ms = stale_ms };

	breaker_failed(&breaker, now_ms);
	return breaker;
}

static void
a_closed_breaker_admits_all(void **state)
{
	struct breaker breaker = { .pause_ms = PAUSE, .stale_ms = STALE };

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(breaker_admits(&breaker, i));
		breaker_enter(&breaker, i);
	}
	assert_false(breaker.open);
}

static void
a_failure_refuses_callers_for_the_pause(void **state)
{
	const struct breaker breaker = failed_at(1000, 0);

	(void)state;
	assert_false(breaker_admits(&breaker, 1000));
	assert_false(breaker_admits(&breaker, 1000 + PAUSE - 1));
	assert_true(breaker_admits(&breaker, 1000 + PAUSE));
}

static void
after_the_pause_one_caller_tries(void **state)
{
	struct breaker breaker = failed_at(1000, 0);

	(void)state;
	breaker_enter(&breaker, 1000 + PAUSE);
	assert_false(breaker_admits(&breaker, 1000 + PAUSE));
	assert_false(breaker_admits(&breaker, 1000000));
	breaker_failed(&breaker, 1000000);
	assert_false(breaker_admits(&breaker, 1000000 + PAUSE - 1));
	assert_true(breaker_admits(&breaker, 1000000 + PAUSE));
}

static void
a_success_admits_all_again(void **state)
{
	struct breaker breaker = failed_at(1000, 0);

	(void)state;
	breaker_enter(&breaker, 1000 + PAUSE);
	breaker_succeeded(&breaker);
	for (int i = 0; i < 3; i++) {
		assert_true(breaker_admits(&breaker, 1000 + PAUSE));
		breaker_enter(&breaker, 1000 + PAUSE);
	}
}

/* A caller that was admitted before the failure knows better, too. */
static void
a_success_closes_it_during_the_pause(void **state)
{
	struct breaker breaker = failed_at(1000, 0);

	(void)state;
	breaker_succeeded(&breaker);
	assert_true(breaker_admits(&breaker, 1001));
}

static void
a_stale_failure_is_forgotten(void **state)
{
	struct breaker breaker = failed_at(1000, STALE), fresh = breaker;

	(void)state;
	breaker_enter(&fresh, 1000 + PAUSE + STALE - 1);
	assert_false(breaker_admits(&fresh, 1000 + PAUSE + STALE));
	breaker_enter(&breaker, 1000 + PAUSE + STALE);
	assert_true(breaker_admits(&breaker, 1000 + PAUSE + STALE));
	assert_false(breaker.open);
}

static void
without_a_limit_a_failure_does_not_become_stale(void **state)
{
	struct breaker breaker = failed_at(1000, 0);

	(void)state;
	breaker_enter(&breaker, 1000000000);
	assert_false(breaker_admits(&breaker, 1000000000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_closed_breaker_admits_all),
		cmocka_unit_test(a_failure_refuses_callers_for_the_pause),
		cmocka_unit_test(after_the_pause_one_caller_tries),
		cmocka_unit_test(a_success_admits_all_again),
		cmocka_unit_test(a_success_closes_it_during_the_pause),
		cmocka_unit_test(a_stale_failure_is_forgotten),
		cmocka_unit_test(without_a_limit_a_failure_does_not_become_stale),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("breaker", tests, NULL, NULL);
}
