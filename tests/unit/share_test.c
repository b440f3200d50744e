#include "base/share.h"

#include "test.h"

#define PLACES 12

struct fixture {
	struct share *share;
	struct share_place *held[PLACES];
	size_t count;
};

/* Take places until the holder has its share; returns their number. */
static size_t
take_all(struct fixture *f, const char *holder)
{
	size_t before = f->count;
	struct share_place *place;

	while ((place = share_acquire(f->share, holder)) != NULL) {
		assert_true(f->count < PLACES);
		f->held[f->count++] = place;
	}
	return f->count - before;
}

static void
return_all(struct fixture *f)
{
	while (f->count > 0)
		share_release(f->held[--f->count]);
}

static void
one_holder_gets_half(void **state)
{
	struct fixture f = { .share = share_open(PLACES) };

	(void)state;
	assert_int_equal(take_all(&f, "alice"), PLACES / 2);
	assert_int_equal(take_all(&f, "bob"), PLACES / 4);
	return_all(&f);
	assert_int_equal(take_all(&f, "bob"), PLACES / 2);
	return_all(&f);
	share_close(f.share);
}

static void
two_that_take_turns_get_a_third_each(void **state)
{
	struct fixture f = { .share = share_open(PLACES) };

	(void)state;
	for (size_t i = 0; i < PLACES / 3; i++) {
		assert_non_null(f.held[f.count++] = share_acquire(f.share, "alice"));
		assert_non_null(f.held[f.count++] = share_acquire(f.share, "bob"));
	}
	assert_null(share_acquire(f.share, "alice"));
	assert_null(share_acquire(f.share, "bob"));
	return_all(&f);
	share_close(f.share);
}

static void
a_newcomer_finds_a_place(void **state)
{
	struct fixture f = { .share = share_open(PLACES) };
	const char *const holders[] = { "a", "b", "c", "d" };

	(void)state;
	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++)
		assert_true(take_all(&f, holders[i]) > 0);
	return_all(&f);
	share_close(f.share);
}

static void
a_returned_place_is_free_again(void **state)
{
	struct fixture f = { .share = share_open(1) };
	struct share_place *place = share_acquire(f.share, "alice");

	(void)state;
	assert_non_null(place);
	assert_null(share_acquire(f.share, "bob"));
	share_release(NULL);
	share_release(place);
	assert_int_equal(take_all(&f, "bob"), 1);
	return_all(&f);
	share_close(f.share);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_holder_gets_half),
		cmocka_unit_test(two_that_take_turns_get_a_third_each),
		cmocka_unit_test(a_newcomer_finds_a_place),
		cmocka_unit_test(a_returned_place_is_free_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
