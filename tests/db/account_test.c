/* Accounts, groups, permission targets, token keys. */
#include "fixture.h"

#include <stdlib.h>
#include <unistd.h>

#include "db/maintenance.h"
#include "db/token_key.h"

static void
names_are_compared_in_lower_case(void **state)
{
	struct fixture *f = *state;
	const char *name = unique(f, "user");
	struct account *account;

	assert_true(db_account_add(
	    &f->db, arena_printf(f->db.arena, "U%s", name + 1), "hash", true, &f->actor, &f->err));
	assert_true(db_account_find(
	    &f->db, arena_printf(f->db.arena, "US%s", name + 2), &account, &f->err));
	assert_non_null(account);
	assert_string_equal(account->name, name);
	assert_string_equal(account->password, "hash");
	assert_true(account->is_admin);
	assert_false(account->disabled || account->locked);
	assert_in_range(account->created_at, INT64_C(1700000000000000), INT64_C(5000000000000000));
}

static void
an_unknown_account_is_no_error(void **state)
{
	struct fixture *f = *state;
	struct account *account;

	assert_true(db_account_find(&f->db, "no such user", &account, &f->err));
	assert_null(account);
	assert_true(db_account_find(&f->db, "_anonymous", &account, &f->err));
	assert_null(account);
}

#define FIRST "192.0.2.1"
#define OTHER "192.0.2.2"

static bool
fail_from(
    struct fixture *f, const struct account *account, const char *address, struct config limits)
{
	struct actor actor = f->actor;

	actor.address = address;
	return db_account_failed(&f->db, account->id, account->name, &limits, &actor, &f->err);
}

/* Fails with the limits of most tests: 3 in a row, 8 in an hour. */
static void
fail_once(struct fixture *f, const struct account *account, const char *address)
{
	assert_true(fail_from(f, account, address,
	    (struct config){
		.auth_lock_failures = 3, .auth_lock_seconds = 60, .auth_hour_failures = 8 }));
}

static bool
held_back(struct fixture *f, const char *name, const char *address)
{
	struct account *account;

	assert_true(db_account_sign_in(&f->db, name, address, &account, &f->err));
	return account->locked;
}

static struct account *
account_new(struct fixture *f)
{
	const char *name = unique(f, "user");
	struct account *account;

	assert_true(db_account_add(&f->db, name, "*", false, &f->actor, &f->err));
	assert_true(db_account_find(&f->db, name, &account, &f->err));
	return account;
}

static void
a_new_password_voids_tokens_and_failures(void **state)
{
	struct fixture *f = *state;
	const char *name = unique(f, "user");
	struct account *before, *after;

	assert_true(db_account_add(&f->db, name, "old", false, &f->actor, &f->err));
	assert_true(db_account_find(&f->db, name, &before, &f->err));
	assert_true(fail_from(f, before, FIRST,
	    (struct config){
		.auth_lock_failures = 1, .auth_lock_seconds = 60, .auth_hour_failures = 1 }));
	assert_true(held_back(f, name, FIRST) && held_back(f, name, OTHER));
	assert_true(db_account_password(&f->db, name, "new", &f->actor, &f->err));
	assert_true(db_account_find(&f->db, name, &after, &f->err));
	assert_int_equal(after->epoch, before->epoch + 1);
	assert_string_equal(after->password, "new");
	assert_false(after->locked || held_back(f, name, FIRST) || held_back(f, name, OTHER));
	assert_false(db_account_password(&f->db, "no such user", "new", &f->actor, &f->err));
	assert_int_equal(f->err.code, ERROR_NOT_FOUND);
}

static void
accounts_are_listed_in_pages(void **state)
{
	struct fixture *f = *state;
	struct account *accounts;
	const char *after = "";
	size_t count, all = 0;

	do {
		assert_true(db_account_list(&f->db, after, 2, &accounts, &count, &f->err));
		for (size_t i = 0; i < count; i++) {
			assert_true(strcmp(accounts[i].name, after) > 0);
			after = accounts[i].name;
		}
		all += count;
	} while (count == 2);
	assert_int_equal(all, strtol(ask(f, "SELECT count(*) FROM account"), NULL, 10));
}

static void
failures_in_a_row_lock_their_address(void **state)
{
	struct fixture *f = *state;
	struct account *account = account_new(f);
	const char *name = account->name;

	fail_once(f, account, FIRST);
	fail_once(f, account, FIRST);
	assert_true(
	    db_account_succeeded(&f->db, account->id, FIRST, &f->err)); /* the run is broken */
	fail_once(f, account, FIRST);
	fail_once(f, account, FIRST);
	assert_false(held_back(f, name, FIRST));
	assert_true(
	    db_account_succeeded(&f->db, account->id, OTHER, &f->err)); /* this one is not */
	fail_once(f, account, FIRST);
	assert_true(held_back(f, name, FIRST));
	assert_false(held_back(f, name, OTHER) || held_back(f, name, NULL));
	assert_true(db_account_find(&f->db, name, &account, &f->err));
	assert_true(account->locked);
	assert_true(db_account_succeeded(&f->db, account->id, FIRST, &f->err));
	assert_true(held_back(f, name, FIRST)); /* a lock expires by itself */
	assert_string_equal(
	    ask(f, "SELECT count(*) FROM audit WHERE action = 'account_lock' AND object = '%s'",
		name),
	    "1");
}

static void
networks_are_told_apart(void **state)
{
	static const struct {
		const char *from, *also;
		bool same;
	} pairs[] = {
		{ "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true },
		{ "2001:db8:1:2::1", "2001:db8:1:3::1", false },
		{ "192.0.2.1", "::ffff:192.0.2.1", true },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.2", false },
		{ "192.0.2.1", "192.0.2.2", false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct account *account = account_new(f);

		for (int j = 0; j < 3; j++)
			fail_once(f, account, pairs[i].from);
		assert_true(held_back(f, account->name, pairs[i].from));
		assert_int_equal(held_back(f, account->name, pairs[i].also), pairs[i].same);
	}
}

static void
failures_from_everywhere_hold_back_strangers(void **state)
{
	struct fixture *f = *state;
	struct account *account = account_new(f);

	assert_true(db_account_succeeded(&f->db, account->id, OTHER, &f->err));
	for (int i = 0; i < 7; i++)
		fail_once(f, account, arena_printf(f->db.arena, "198.51.100.%d", i));
	assert_false(held_back(f, account->name, FIRST));
	fail_once(f, account, "198.51.100.7");
	assert_true(held_back(f, account->name, FIRST) && held_back(f, account->name, NULL));
	assert_false(held_back(f, account->name, OTHER));
	ask(f,
	    "UPDATE account SET locked_until = now() - interval '1 second', failures_since = now() - interval '61 minutes' WHERE id = %d",
	    account->id);
	fail_once(f, account, "198.51.100.8");
	assert_false(held_back(f, account->name, FIRST)); /* the next hour begins at 1 */
}

static void
rows_of_sign_ins_are_few_and_expire(void **state)
{
	struct fixture *f = *state;
	struct account *account = account_new(f);
	bool more = true;

	assert_true(db_account_succeeded(&f->db, account->id, OTHER, &f->err));
	for (int i = 0; i < 250; i++)
		fail_once(f, account, arena_printf(f->db.arena, "198.51.%d.%d", i / 100, i % 100));
	assert_string_equal(
	    ask(f, "SELECT count(*) FROM sign_in WHERE account = %d", account->id), "200");
	assert_false(held_back(f, account->name, OTHER));
	ask(f,
	    "UPDATE sign_in SET expires_at = now() - interval '1 second' WHERE account = %d AND succeeded_at IS NULL",
	    account->id);
	while (more)
		assert_true(db_cache_expire(&f->db, 500, &more, &f->err));
	assert_string_equal(
	    ask(f, "SELECT count(*) FROM sign_in WHERE account = %d", account->id), "1");
}

static void
zero_failures_never_lock(void **state)
{
	struct fixture *f = *state;
	struct account *account = account_new(f);

	for (int i = 0; i < 5; i++)
		assert_true(
		    fail_from(f, account, FIRST, (struct config){ .auth_lock_seconds = 60 }));
	assert_false(held_back(f, account->name, FIRST) || held_back(f, account->name, OTHER));
}

static void
a_flood_of_failures_fills_no_table(void **state)
{
	struct fixture *f = *state;
	const struct config limits = { .auth_lock_failures = 3, .auth_lock_seconds = 60 };
	struct actor one = f->actor, other = f->actor, none = f->actor;
	const char *name = unique(f, "user");

	one.address = arena_printf(f->db.arena, "2001:db8::1:%x", (unsigned)getpid() & 0xffff);
	other.address = arena_printf(f->db.arena, "2001:db8::2:%x", (unsigned)getpid() & 0xffff);
	none.address = NULL;
	for (int i = 0; i < 70; i++) {
		assert_true(db_account_failed(&f->db, 0, name, &limits, &one, &f->err));
		assert_true(db_account_failed(&f->db, 0, name, &limits, &none, &f->err));
	}
	assert_true(db_account_failed(&f->db, 0, name, &limits, &other, &f->err));
	assert_string_equal(
	    ask(f, "SELECT count(*) FROM audit WHERE address = '%s'", one.address), "60");
	assert_string_equal(
	    ask(f, "SELECT count(*) FROM audit WHERE address = '%s'", other.address), "1");
	assert_string_equal(
	    ask(f, "SELECT count(*) FROM audit WHERE address IS NULL AND action = 'sign_in_failed'"
		   " AND at > now() - interval '1 minute'"),
	    "60");
}

static void
an_odd_reporter_does_not_stop_a_deed(void **state)
{
	struct fixture *f = *state;
	struct actor odd = { .name = "odd", .request = "not a uuid", .address = "fe80::1%eth0" };
	const char *name = unique(f, "user");

	assert_true(db_account_add(&f->db, name, "*", false, &odd, &f->err));
	assert_string_equal(
	    ask(f,
		"SELECT actor_name || coalesce(request::text, '-') || coalesce(address::text, '-')"
		" FROM audit WHERE action = 'account_add' AND object = '%s'",
		name),
	    "odd--");
}

static void
a_group_takes_no_users_name(void **state)
{
	struct fixture *f = *state;
	const char *name = unique(f, "name");
	bool created;

	assert_true(db_group_add(&f->db, name, &f->actor, &created, &f->err));
	assert_true(created);
	assert_true(db_group_add(&f->db, name, &f->actor, &created, &f->err));
	assert_false(created);
	assert_false(db_account_add(&f->db, name, "*", false, &f->actor, &f->err));
	assert_int_equal(f->err.code, ERROR_CONFLICT);
}

static bool
set(struct fixture *f, const char *name, const char *repository, const char *principal, int actions)
{
	const struct permission_target target = { .name = name,
		.includes = "",
		.excludes = "",
		.repositories = &repository,
		.repository_count = 1,
		.principals = &principal,
		.actions = &actions,
		.principal_count = 1 };

	return db_permission_set(&f->db, &target, &f->actor, &f->err);
}

static int
rights(struct fixture *f, const char *key, struct principal principal)
{
	struct access_decision decision;
	int actions;

	assert_true(db_rights_find(&f->db, key, "a", &principal, &decision, &actions, &f->err));
	return actions;
}

static void
a_permission_target_is_replaced_as_a_whole(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *name = unique(f, "target"), *user = unique(f, "user"),
		   *group = unique(f, "group");
	struct principal principal = { 0 }, anonymous = { 0 };
	struct account *account;
	bool created;

	assert_true(db_account_add(&f->db, user, "*", false, &f->actor, &f->err));
	assert_true(db_account_find(&f->db, user, &account, &f->err));
	principal.account = account->id;
	assert_true(db_group_add(&f->db, group, &f->actor, &created, &f->err));
	ask(f,
	    "INSERT INTO membership (user_id, group_id) SELECT %d, id FROM principal WHERE name = '%s'",
	    account->id, group);

	assert_true(set(f, name, key, user, 3));
	assert_int_equal(rights(f, key, principal), 3);
	assert_true(set(f, name, key, group, 5));
	assert_int_equal(rights(f, key, principal), 5);
	assert_int_equal(rights(f, key, anonymous), 0);
	assert_true(set(f, name, key, "_anonymous", 1));
	assert_int_equal(rights(f, key, principal), 0);
	assert_int_equal(rights(f, key, anonymous), 1);
	assert_true(set(f, name, key, "_all", 1));
	assert_int_equal(rights(f, key, principal), 1);
	assert_int_equal(rights(f, key, anonymous), 0);
}

static void
an_unknown_name_changes_no_permission(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *name = unique(f, "target");
	struct principal anonymous = { 0 };

	assert_true(set(f, name, key, "_anonymous", 1));
	assert_false(set(f, name, "nowhere", "_anonymous", 3));
	assert_int_equal(f->err.code, ERROR_NOT_FOUND);
	assert_false(set(f, name, key, "nobody", 3));
	assert_int_equal(f->err.code, ERROR_NOT_FOUND);
	assert_non_null(strstr(f->err.message, "nobody"));
	assert_int_equal(rights(f, key, anonymous), 1);
}

static void
any_holds_for_repositories_to_come(void **state)
{
	struct fixture *f = *state;
	const char *name = unique(f, "target"), *user = unique(f, "user");
	struct account *account;

	assert_true(db_account_add(&f->db, user, "*", false, &f->actor, &f->err));
	assert_true(db_account_find(&f->db, user, &account, &f->err));
	assert_true(set(f, name, "ANY LOCAL", user, 1));
	assert_int_equal(rights(f, local_make(f), (struct principal){ .account = account->id }), 1);
	assert_true(set(f, name, "ANY REMOTE", user, 1));
	assert_int_equal(rights(f, local_make(f), (struct principal){ .account = account->id }), 0);
}

static void
the_first_key_is_made_once(void **state)
{
	struct fixture *f = *state;
	unsigned char first[32] = { 1 }, second[32] = { 2 };
	struct token_key *keys, *idempotent;
	size_t count;

	ask(f, "UPDATE token_key SET retired_at = now(), revoked_at = now()");
	ask(f, "DELETE FROM token_key WHERE secret IN ('\\x01%062d', '\\x02%062d')", 0, 0);
	assert_true(db_token_keys(&f->db, first, &keys, &count, &f->err));
	assert_int_equal(count, 1);
	assert_memory_equal(keys[0].secret, first, 32);
	assert_true(db_token_keys(&f->db, second, &idempotent, &count, &f->err));
	assert_int_equal(count, 1);
	assert_string_equal(idempotent[0].kid, keys[0].kid);
	ask(f, "UPDATE token_key SET retired_at = now(), revoked_at = now()");
	assert_true(db_token_keys(&f->db, second, &idempotent, &count, &f->err));
	assert_int_equal(count, 1);
	assert_memory_equal(idempotent[0].secret, second, 32);
}

static void
a_retired_key_comes_last_and_a_revoked_one_not_at_all(void **state)
{
	struct fixture *f = *state;
	unsigned char first[32] = { 3 }, second[32] = { 4 };
	struct token_key *keys;
	size_t count;

	ask(f, "UPDATE token_key SET retired_at = now(), revoked_at = now()");
	assert_true(db_token_keys(&f->db, first, &keys, &count, &f->err));
	assert_false(keys[0].retired);
	ask(f, "UPDATE token_key SET retired_at = now() WHERE retired_at IS NULL");
	assert_true(db_token_keys(&f->db, second, &keys, &count, &f->err));
	assert_int_equal(count, 2);
	assert_memory_equal(keys[0].secret, second, 32);
	assert_false(keys[0].retired);
	assert_memory_equal(keys[1].secret, first, 32);
	assert_true(keys[1].retired);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(names_are_compared_in_lower_case),
		DB_TEST(an_unknown_account_is_no_error),
		DB_TEST(a_new_password_voids_tokens_and_failures),
		DB_TEST(accounts_are_listed_in_pages),
		DB_TEST(failures_in_a_row_lock_their_address),
		DB_TEST(networks_are_told_apart),
		DB_TEST(failures_from_everywhere_hold_back_strangers),
		DB_TEST(rows_of_sign_ins_are_few_and_expire),
		DB_TEST(zero_failures_never_lock),
		DB_TEST(a_flood_of_failures_fills_no_table),
		DB_TEST(an_odd_reporter_does_not_stop_a_deed),
		DB_TEST(a_group_takes_no_users_name),
		DB_TEST(a_permission_target_is_replaced_as_a_whole),
		DB_TEST(an_unknown_name_changes_no_permission),
		DB_TEST(any_holds_for_repositories_to_come),
		DB_TEST(the_first_key_is_made_once),
		DB_TEST(a_retired_key_comes_last_and_a_revoked_one_not_at_all),
	};

	return FIXTURE_RUN("account", tests);
}
