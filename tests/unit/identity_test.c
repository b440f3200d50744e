/* Authentication, over a database that is simulated by the functions below. */
#include "auth/identity.h"

#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "auth/password.h"
#include "auth/statement.h"
#include "db/account.h"

#define AUDIENCE "docker-dev"
#define ADDRESS "192.0.2.1"
#define REQUEST "00000000-0000-4000-8000-000000000000"

/* Basic alice:secret, alice:wrong, bob:secret, alice:<empty>, \xff:secret, and no name with no
 * password */
#define ALICE "Basic YWxpY2U6c2VjcmV0"
#define ALICE_WRONG "Basic YWxpY2U6d3Jvbmc="
#define BOB "Basic Ym9iOnNlY3JldA=="
#define ALICE_EMPTY "Basic YWxpY2U6"
#define NOT_UTF8 "Basic /zpzZWNyZXQ="
#define NOBODY "Basic Og=="

static struct {
	bool away;
	struct account alice;
	atomic_int finds, failures, successes, loads;
	int failed_account;
	char failed_name[64];
	struct token_key keys[2];
	size_t key_count;
} fake;

bool
db_account_sign_in(
    struct db *db, const char *name, const char *address, struct account **out, struct error *err)
{
	(void)db;
	assert_string_equal(address, ADDRESS);
	fake.finds++;
	*out = strcasecmp(name, "alice") == 0 ? &fake.alice : NULL;
	return !fake.away || error_set(err, ERROR_UNAVAILABLE, NULL);
}

bool
db_account_failed(struct db *db, int account, const char *name, const struct config *limits,
    const struct actor *actor, struct error *err)
{
	(void)db;
	assert_int_equal(limits->auth_lock_failures, 5);
	assert_string_equal(actor->address, ADDRESS);
	assert_string_equal(actor->request, REQUEST);
	fake.failures++;
	fake.failed_account = account;
	snprintf(fake.failed_name, sizeof(fake.failed_name), "%s", name);
	return !fake.away || error_set(err, ERROR_UNAVAILABLE, NULL);
}

bool
db_account_succeeded(struct db *db, int account, const char *address, struct error *err)
{
	(void)db;
	assert_string_equal(address, ADDRESS);
	assert_int_equal(account, 7);
	fake.successes++;
	return !fake.away || error_set(err, ERROR_UNAVAILABLE, NULL);
}

bool
db_token_keys(struct db *db, const unsigned char fresh[32], struct token_key **keys, size_t *count,
    struct error *err)
{
	(void)db;
	(void)fresh;
	fake.loads++;
	*keys = fake.keys;
	*count = fake.key_count;
	return !fake.away || error_set(err, ERROR_UNAVAILABLE, NULL);
}

struct fixture {
	struct arena *arena;
	struct db db;
	struct config config;
	struct authenticator *authenticator;
};

static int
setup(void **state)
{
	static struct fixture f;
	static char hash[256];
	struct error err = { 0 };

	f = (struct fixture){
		.arena = arena_new(),
		.config = { .auth_token_seconds = 300,
		    .auth_remember_seconds = 60,
		    .auth_lock_failures = 5,
		    .auth_lock_seconds = 60 },
	};
	f.db.arena = f.arena;
	if (hash[0] == '\0')
		snprintf(hash, sizeof(hash), "%s", password_hash(f.arena, "secret", &err));
	memset(&fake, 0, sizeof(fake));
	fake.alice = (struct account){ .id = 7, .epoch = 3, .name = "alice", .password = hash };
	fake.keys[0] = (struct token_key){ .kid = "k1",
		.secret = "a secret that has thirty-two byt" };
	fake.key_count = 1;
	f.authenticator = authenticator_open(&f.db, &f.config, true, &err);
	*state = &f;
	return f.authenticator == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	authenticator_close(f->authenticator);
	arena_free(f->arena);
	return 0;
}

static bool
find_as(struct fixture *f, const char *header, bool may_block, struct identity **identity,
    struct error *err)
{
	*err = (struct error){ 0 };
	return identity_find(f->authenticator, &f->db,
	    &(struct credentials){ .authorization = header,
		.audience = AUDIENCE,
		.address = ADDRESS,
		.request_id = REQUEST,
		.may_block = may_block },
	    identity, err);
}

static bool
find(struct fixture *f, const char *header, struct identity **identity, struct error *err)
{
	return find_as(f, header, true, identity, err);
}

static void
without_credentials_one_is_anonymous(void **state)
{
	static const char *const headers[] = { NULL, NOBODY };

	for (size_t i = 0; i < 2; i++) {
		struct identity *identity;
		struct error err;

		assert_true(find(*state, headers[i], &identity, &err));
		assert_int_equal(identity->principal.account, 0);
		assert_string_equal(identity->name, "");
		assert_null(identity->token);
		assert_int_equal(fake.finds + fake.failures, 0);
	}
}

static void
a_password_is_remembered_until_forgotten(void **state)
{
	struct fixture *f = *state;
	struct identity *identity;
	struct error err;

	for (int i = 0; i < 3; i++) {
		assert_true(find(f, ALICE, &identity, &err));
		assert_int_equal(identity->principal.account, 7);
		assert_int_equal(identity->principal.epoch, 3);
		assert_string_equal(identity->name, "alice");
		assert_int_equal(identity->remembered, i > 0);
		assert_int_equal(fake.finds, 1);
		assert_int_equal(fake.successes, 1);
	}
	identity_forget(f->authenticator, ALICE_WRONG, ADDRESS, f->arena);
	assert_true(find(f, ALICE, &identity, &err) && identity->remembered);
	identity_forget(f->authenticator, ALICE, ADDRESS, f->arena);
	assert_true(find(f, ALICE, &identity, &err) && !identity->remembered);
	assert_int_equal(fake.finds, 2);
}

/* So that it resets a run of wrong passwords. */
static void
the_database_hears_of_a_remembered_password_each_second(void **state)
{
	struct identity *identity;
	struct error err;

	for (int i = 0; i < 3; i++)
		assert_true(find(*state, ALICE, &identity, &err));
	assert_int_equal(fake.successes, 1);
	usleep(1100 * 1000);
	for (int i = 0; i < 3; i++)
		assert_true(find(*state, ALICE, &identity, &err) && identity->remembered);
	assert_int_equal(fake.successes, 2);
	assert_int_equal(fake.finds, 1);
}

static void
nothing_is_remembered_for_no_time(void **state)
{
	struct fixture *f = *state;
	struct identity *identity;
	struct error err;

	f->config.auth_remember_seconds = 0;
	assert_true(find(f, ALICE, &identity, &err));
	assert_true(find(f, ALICE, &identity, &err) && !identity->remembered);
	assert_int_equal(fake.finds, 2);
}

/* The header is refused with the usual error. */
static void
refused(struct fixture *f, const char *header, int account, const char *name)
{
	int failures = fake.failures;
	struct identity *identity;
	struct error err;

	assert_false(find(f, header, &identity, &err));
	assert_int_equal(err.code, ERROR_UNAUTHORIZED);
	assert_int_equal(err.status, 0);
	assert_string_equal(err.message, "wrong user name, password or token");
	assert_int_equal(fake.failures, failures + 1);
	assert_int_equal(fake.failed_account, account);
	assert_string_equal(fake.failed_name, name);
}

static void
whatever_is_wrong_the_answer_is_the_same(void **state)
{
	refused(*state, ALICE_WRONG, 7, "alice");
	refused(*state, ALICE_EMPTY, 7, "alice");
	refused(*state, BOB, 0, "bob");
	refused(*state, NOT_UTF8, 0, "");
	assert_int_equal(fake.finds, 3); /* the last one never reached the database */
	refused(*state, "Digest username=\"alice\"", 0, "");
	refused(*state, "Basic !", 0, "");
	refused(*state, "Bearer a.b.c", 0, "");
	fake.alice.password = NULL;
	refused(*state, ALICE, 7, "alice");
	assert_int_equal(fake.successes, 0);
}

/* Counting further failures would let anybody prolong a lock. */
static void
a_locked_account_is_refused_and_not_counted(void **state)
{
	fake.alice.locked = true;
	refused(*state, ALICE, 0, "alice");
	refused(*state, ALICE_WRONG, 0, "alice");
	fake.alice.locked = false;
	fake.alice.disabled = true;
	refused(*state, ALICE, 0, "alice");
	assert_int_equal(fake.successes, 0);
}

static void
a_wrong_password_is_not_remembered_as_the_right_one(void **state)
{
	struct identity *identity;
	struct error err;

	assert_true(find(*state, ALICE, &identity, &err));
	refused(*state, ALICE_WRONG, 7, "alice");
	refused(*state, ALICE_WRONG, 7, "alice");
}

static void
who_must_not_wait_for_a_hash_is_told_so(void **state)
{
	struct identity *identity;
	struct error err = { 0 };

	assert_int_equal(password_hash_slot("", true), HASH_SLOT_ACQUIRED);
	assert_false(find_as(*state, ALICE_WRONG, false, &identity, &err));
	assert_int_equal(err.code, ERROR_WOULD_BLOCK);
	hash_slot_release();
	fake.failures = 0;
	assert_true(find_as(*state, ALICE, true, &identity, &err));
	/* a cached password needs no hash */
	assert_int_equal(password_hash_slot("", true), HASH_SLOT_ACQUIRED);
	assert_true(find_as(*state, ALICE, false, &identity, &err));
	hash_slot_release();
	assert_int_equal(fake.failures, 0);
}

/* It is counted nevertheless, and hashed again when the account changes. */
static void
a_wrong_pair_takes_no_second_hash(void **state)
{
	struct identity *identity;
	struct error err = { 0 };

	refused(*state, ALICE_WRONG, 7, "alice");
	refused(*state, BOB, 0, "bob");
	assert_int_equal(password_hash_slot("", true), HASH_SLOT_ACQUIRED);
	refused(*state, ALICE_WRONG, 7, "alice");
	refused(*state, BOB, 0, "bob");
	fake.alice.epoch++;
	assert_false(find_as(*state, ALICE_WRONG, false, &identity, &err));
	assert_int_equal(err.code, ERROR_WOULD_BLOCK);
	hash_slot_release();
}

#define CROWD 16

static void *
come_in(void *fixture)
{
	struct fixture own = *(struct fixture *)fixture;
	struct identity *identity;
	struct error err = { 0 };

	own.arena = arena_new();
	own.db.arena = own.arena;
	(void)find_as(&own, ALICE, true, &identity, &err);
	arena_free(own.arena);
	return NULL;
}

static void
a_crowd_with_one_password_waits_for_the_first_of_it(void **state)
{
	pthread_t crowd[CROWD];

	for (size_t i = 0; i < CROWD; i++)
		assert_int_equal(pthread_create(&crowd[i], NULL, come_in, *state), 0);
	for (size_t i = 0; i < CROWD; i++)
		pthread_join(crowd[i], NULL);
	assert_in_range(fake.successes, 1, CROWD / 4);
}

static void
a_database_that_is_away_is_not_a_wrong_password(void **state)
{
	static const char *const headers[] = { ALICE, ALICE_WRONG, BOB, "Bearer a.b.c" };

	fake.away = true;
	for (size_t i = 0; i < 4; i++) {
		struct identity *identity;
		struct error err;

		assert_false(find(*state, headers[i], &identity, &err));
		assert_int_equal(err.code, ERROR_UNAVAILABLE);
	}
}

static const char *
sign(struct fixture *f, const char *audience)
{
	struct token_access access = { .type = "repository", .name = "a", .pull = true };
	struct token token = { .audience = audience, .subject = "alice", .account = 7, .epoch = 3 };
	struct error err = { 0 };
	const char *text;

	token.access = &access;
	token.access_count = 1;
	text = identity_token(f->authenticator, &f->db, &token, 0, &err);
	assert_non_null(text);
	assert_int_equal(token.expires_at - token.issued_at, 300);
	return arena_printf(f->arena, "Bearer %s", text);
}

static void
a_token_says_who_and_what(void **state)
{
	struct fixture *f = *state;
	struct identity *identity;
	struct error err;

	assert_true(find(f, sign(f, AUDIENCE), &identity, &err));
	assert_int_equal(identity->principal.account, 7);
	assert_int_equal(identity->principal.epoch, 3);
	assert_string_equal(identity->name, "alice");
	assert_false(identity->remembered);
	assert_int_equal(identity->token->access_count, 1);
	assert_int_equal(fake.loads, 1);
	refused(f, sign(f, "docker-prod"), 0, "");
}

static void
an_expired_token_is_enough_for_a_session_only(void **state)
{
	struct fixture *f = *state;
	struct token token = { .audience = AUDIENCE, .subject = "alice", .account = 7, .epoch = 3 };
	struct identity *identity;
	struct error err = { 0 };
	struct credentials credentials = {
		.audience = AUDIENCE, .address = ADDRESS, .request_id = REQUEST, .session = true
	};

	token.issued_at = token.expires_at = time(NULL) - TOKEN_LEEWAY - 10;
	credentials.authorization = arena_printf(
	    f->arena, "Bearer %s", token_issue(f->arena, &fake.keys[0], &token));
	refused(f, credentials.authorization, 0, "");
	assert_true(identity_find(f->authenticator, &f->db, &credentials, &identity, &err));
	assert_int_equal(identity->principal.account, 7);
	assert_true(identity->token->expired);
	credentials.audience = "docker-prod";
	assert_false(identity_find(f->authenticator, &f->db, &credentials, &identity, &err));
}

static bool
find_stated(struct fixture *f, const struct statement_subject *subject, const char *statement,
    struct identity **identity)
{
	struct credentials credentials = {
		.authorization = subject->authorization,
		.audience = AUDIENCE,
		.address = ADDRESS,
		.request_id = REQUEST,
		.may_block = true,
		.statement = statement,
		.statement_audience = statement_audience(f->arena, subject),
	};
	struct error err = { 0 };

	return identity_find(f->authenticator, &f->db, &credentials, identity, &err);
}

static void
a_statement_proves_the_credentials_of_its_request(void **state)
{
	struct fixture *f = *state;
	const struct statement_subject put = { "PUT", "/v2/a/manifests/x", AUDIENCE, ALICE };
	struct statement_subject other[] = { put, put, put, put };
	struct identity *identity;
	struct error err = { 0 };
	const char *statement;

	assert_true(find(f, ALICE, &identity, &err));
	statement = statement_sign(f->authenticator, &f->db, &put, identity, &err);
	identity_forget(f->authenticator, ALICE, ADDRESS, f->arena);
	fake.finds = 0;
	assert_true(find_stated(f, &put, statement, &identity));
	assert_int_equal(identity->principal.account, 7);
	assert_int_equal(identity->principal.epoch, 3);
	assert_string_equal(identity->name, "alice");
	assert_null(identity->token);
	assert_int_equal(fake.finds, 0);
	refused(f, arena_printf(f->arena, "Bearer %s", statement), 0, "");
	other[0].method = "POST";
	other[1].uri = "/v2/a/manifests/y";
	other[2].key = "docker-prod";
	other[3].authorization = ALICE_WRONG;
	fake.alice.password = NULL; /* without a statement, every password is wrong */
	for (size_t i = 0; i < 4; i++)
		assert_false(find_stated(f, &other[i], statement, &identity));
}

static void
a_statement_keeps_the_scope_of_its_token(void **state)
{
	struct fixture *f = *state;
	const struct statement_subject put = { "PUT", "/v2/a/manifests/x", AUDIENCE,
		sign(f, AUDIENCE) };
	struct identity *identity;
	struct error err = { 0 };
	const char *statement;

	assert_true(find(f, put.authorization, &identity, &err));
	statement = statement_sign(f->authenticator, &f->db, &put, identity, &err);
	assert_true(find_stated(f, &put, statement, &identity));
	assert_int_equal(identity->token->access_count, 1);
	assert_string_equal(identity->token->access[0].name, "a");
	assert_true(identity->token->access[0].pull && !identity->token->access[0].push);
}

static void
a_key_of_another_node_is_fetched(void **state)
{
	struct fixture *f = *state;
	struct token token = { .audience = AUDIENCE, .subject = "alice", .account = 7, .epoch = 3 };
	struct identity *identity;
	struct error err = { 0 };
	const char *header;

	token.issued_at = token.expires_at = time(NULL);
	fake.keys[1] = fake.keys[0];
	fake.keys[0] = (struct token_key){ .kid = "k2",
		.secret = "another secret of thirty-two by" };
	fake.key_count = 2;
	header = arena_printf(f->arena, "Bearer %s", token_issue(f->arena, &fake.keys[0], &token));
	/* Keys were loaded just now: unknown ones must not cause a query each. */
	refused(f, header, 0, "");
	refused(f, header, 0, "");
	assert_int_equal(fake.loads, 1);
	sleep(4);
	assert_true(find(f, header, &identity, &err));
	assert_int_equal(fake.loads, 2);
}

static void
an_authenticator_needs_keys(void **state)
{
	struct fixture *f = *state;
	struct error err = { 0 };

	fake.key_count = 0;
	assert_null(authenticator_open(&f->db, &f->config, true, &err));
	assert_int_equal(err.code, ERROR_INTERNAL);
	fake.away = true;
	assert_null(authenticator_open(&f->db, &f->config, true, &err));
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
}

/* Like the REST interface, whose database role cannot read keys. */
static void
who_takes_no_tokens_loads_no_keys(void **state)
{
	struct fixture *f = *state;
	struct error err = { 0 };
	struct authenticator *with_tokens = f->authenticator;
	const char *header = sign(f, AUDIENCE);
	struct identity *identity;
	int loads = fake.loads;

	assert_true(find(f, header, &identity, &err));
	f->authenticator = authenticator_open(&f->db, &f->config, false, &err);
	assert_non_null(f->authenticator);
	assert_false(find(f, header, &identity, &err));
	assert_int_equal(err.code, ERROR_UNAUTHORIZED);
	assert_true(find(f, ALICE, &identity, &err));
	assert_int_equal(fake.loads, loads);
	authenticator_close(f->authenticator);
	f->authenticator = with_tokens;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_credentials_one_is_anonymous),
		TEST(a_password_is_remembered_until_forgotten),
		TEST(the_database_hears_of_a_remembered_password_each_second),
		TEST(nothing_is_remembered_for_no_time),
		TEST(whatever_is_wrong_the_answer_is_the_same),
		TEST(a_locked_account_is_refused_and_not_counted),
		TEST(a_wrong_password_is_not_remembered_as_the_right_one),
		TEST(who_must_not_wait_for_a_hash_is_told_so),
		TEST(a_wrong_pair_takes_no_second_hash),
		TEST(a_crowd_with_one_password_waits_for_the_first_of_it),
		TEST(a_database_that_is_away_is_not_a_wrong_password),
		TEST(a_token_says_who_and_what),
		TEST(an_expired_token_is_enough_for_a_session_only),
		TEST(a_statement_proves_the_credentials_of_its_request),
		TEST(a_statement_keeps_the_scope_of_its_token),
		TEST(a_key_of_another_node_is_fetched),
		TEST(an_authenticator_needs_keys),
		TEST(who_takes_no_tokens_loads_no_keys),
	};

	password_setup(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
