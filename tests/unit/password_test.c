#include "auth/password.h"

#include "test.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

/* htpasswd -nbB x secret */
#define HTPASSWD "$2y$05$oD.QP0oypfgnALe4leBOWO1INUTE6A16XbiMnnlMvTvWPGyB4nv7i"

static bool
is_right(const char *password, const char *hash)
{
	struct error err = { 0 };
	bool good;

	assert_true(password_check(password, hash, &good, &err));
	return good;
}

static void
a_password_proves_itself(void **state)
{
	struct arena *arena = arena_new();
	struct error err = { 0 };
	const char *hash = password_hash(arena, "correct horse", &err), *other;

	(void)state;
	assert_non_null(hash);
	assert_memory_equal(hash, "$y$", 3);
	assert_true(is_right("correct horse", hash));
	assert_false(is_right("correct horsf", hash));
	assert_false(is_right("correct hors", hash));
	assert_false(is_right("correct horsee", hash));
	assert_false(is_right("", hash));
	other = password_hash(arena, "correct horse", &err);
	assert_string_not_equal(hash, other);
	arena_free(arena);
}

static void
bad_passwords_are_not_hashed(void **state)
{
	struct arena *arena = arena_new();
	char text[PASSWORD_MAX_LENGTH + 2];
	static const char *const bad[] = { "", "\xff", "a\xc3" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(password_hash(arena, bad[i], &err));
		assert_int_equal(err.code, ERROR_BAD_REQUEST);
	}
	memset(text, 'x', sizeof(text));
	text[PASSWORD_MAX_LENGTH + 1] = '\0';
	assert_null(password_hash(arena, text, &err));
	assert_int_equal(err.code, ERROR_BAD_REQUEST);
	text[PASSWORD_MAX_LENGTH] = '\0';
	assert_true(is_right(text, password_hash(arena, text, &err)));
	arena_free(arena);
}

static void
hashes_of_htpasswd_are_taken(void **state)
{
	(void)state;
	assert_true(is_right("secret", HTPASSWD));
	assert_false(is_right("Secret", HTPASSWD));
}

/* "*" and "!" disable a crypt(3) hash; the others are too weak to be accepted. */
static void
other_hashes_prove_nothing(void **state)
{
	static const char *const hashes[] = { "", "*", "!", "*0", "secret",
		"$1$ab$wMdTtlLHRvGcQYUTpRSbe1", "$y$", "$y$j9T$", "$2y$05$short",
		"{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=" };

	(void)state;
	assert_false(is_right("secret", NULL));
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		assert_false(is_right("secret", hashes[i]));
}

static double
seconds(const char *password, const char *hash)
{
	struct timespec from, to;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	is_right(password, hash);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Coarse on purpose: it must detect an early exit, not a busy machine. */
static void
no_such_user_costs_a_hash_too(void **state)
{
	struct arena *arena = arena_new();
	struct error err = { 0 };
	const char *hash = password_hash(arena, "secret", &err);
	char huge[4096];
	double known = seconds("wrong", hash);

	(void)state;
	memset(huge, 'x', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	assert_true(seconds("wrong", NULL) > known / 4);
	assert_true(seconds("wrong", "*") > known / 4);
	assert_true(seconds(huge, hash) > known / 4);
	arena_free(arena);
}

static void *
prove(void *hash)
{
	for (int i = 0; i < 4; i++)
		if (!is_right("secret", hash) || is_right("wrong", hash))
			return hash;
	return NULL;
}

static void
threads_do_not_disturb_each_other(void **state)
{
	struct arena *arena;
	struct error err = { 0 };
	char *hash;
	pthread_t threads[8];
	void *failed;

	(void)state;
	skip_under_valgrind(); /* it runs one thread at a time */
	arena = arena_new();
	hash = arena_strdup(arena, password_hash(arena, "secret", &err));
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, prove, hash), 0);
	for (size_t i = 0; i < 8; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	arena_free(arena);
}

static void
short_passwords_and_the_name_are_refused(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_true(password_rules_check("admin", "password", &err));
	assert_true(password_rules_check(
	    "alice", "\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6", &err));
	assert_false(password_rules_check("alice", "", &err));
	assert_false(password_rules_check("alice", "1234567", &err));
	assert_int_equal(err.code, ERROR_BAD_REQUEST);
	assert_false(password_rules_check("alice", "\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6", &err));
	assert_false(password_rules_check("robert-the-bruce", "Robert-The-Bruce", &err));
	assert_true(password_rules_check("robert", "robert-the-bruce", &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_proves_itself),
		cmocka_unit_test(bad_passwords_are_not_hashed),
		cmocka_unit_test(hashes_of_htpasswd_are_taken),
		cmocka_unit_test(other_hashes_prove_nothing),
		cmocka_unit_test(no_such_user_costs_a_hash_too),
		cmocka_unit_test(threads_do_not_disturb_each_other),
		cmocka_unit_test(short_passwords_and_the_name_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
