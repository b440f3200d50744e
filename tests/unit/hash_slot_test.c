#include "auth/hash_slot.h"

#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define FLOOD 40

static atomic_int served, place_of_guest, guest_waits;

static void *
come_as_flood(void *unused)
{
	(void)unused;
	if (hash_slot_acquire("2001:db8::1", true) == HASH_SLOT_ACQUIRED) {
		atomic_fetch_add(&served, 1);
		hash_slot_release();
	}
	return NULL;
}

static void *
come_as_guest(void *unused)
{
	(void)unused;
	atomic_store(&guest_waits, 1);
	if (hash_slot_acquire("192.0.2.1", true) == HASH_SLOT_ACQUIRED) {
		atomic_store(&place_of_guest, atomic_fetch_add(&served, 1));
		hash_slot_release();
	}
	return NULL;
}

/* Wait until no further request of that network may wait. */
static void
wait_until_full(const char *address, size_t seconds)
{
	for (size_t i = 0;
	     i < seconds * 1000 && hash_slot_acquire(address, false) != HASH_SLOT_BUSY; i++)
		usleep(1000);
}

static void
who_must_not_wait_is_told_so(void **state)
{
	(void)state;
	assert_int_equal(hash_slot_acquire("192.0.2.1", false), HASH_SLOT_ACQUIRED);
	assert_int_equal(hash_slot_acquire("192.0.2.1", false), HASH_SLOT_WOULD_BLOCK);
	hash_slot_release();
	assert_int_equal(hash_slot_acquire("192.0.2.1", false), HASH_SLOT_ACQUIRED);
	hash_slot_release();
}

static void
networks_take_turns(void **state)
{
	pthread_t flood[FLOOD], guest;

	(void)state;
	assert_int_equal(hash_slot_acquire("", false), HASH_SLOT_ACQUIRED);
	for (size_t i = 0; i < FLOOD; i++)
		assert_int_equal(pthread_create(&flood[i], NULL, come_as_flood, NULL), 0);
	usleep(200 * 1000);
	assert_int_equal(pthread_create(&guest, NULL, come_as_guest, NULL), 0);
	usleep(200 * 1000);
	assert_int_equal(atomic_load(&guest_waits), 1);
	hash_slot_release();
	for (size_t i = 0; i < FLOOD; i++)
		pthread_join(flood[i], NULL);
	pthread_join(guest, NULL);
	assert_int_equal(atomic_load(&served), FLOOD + 1);
	assert_in_range(atomic_load(&place_of_guest), 0, 2);
}

static void
a_network_has_only_some_waiting(void **state)
{
	pthread_t flood[100];

	(void)state;
	atomic_store(&served, 0);
	assert_int_equal(hash_slot_acquire("", false), HASH_SLOT_ACQUIRED);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(pthread_create(&flood[i], NULL, come_as_flood, NULL), 0);
	wait_until_full("2001:db8::ffff:1", 10);
	assert_int_equal(
	    hash_slot_acquire("2001:db8::2", true), HASH_SLOT_BUSY); /* the same 64 bits */
	assert_int_equal(hash_slot_acquire("2001:db8:0:1::1", false), HASH_SLOT_WOULD_BLOCK);
	hash_slot_release();
	for (size_t i = 0; i < 100; i++)
		pthread_join(flood[i], NULL);
	assert_in_range(atomic_load(&served), 64, 100);
	assert_int_equal(hash_slot_acquire("", false), HASH_SLOT_ACQUIRED);
	hash_slot_release();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_must_not_wait_is_told_so),
		cmocka_unit_test(networks_take_turns),
		cmocka_unit_test(a_network_has_only_some_waiting),
	};

	hash_slots_setup(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("turn", tests, NULL, NULL);
}
