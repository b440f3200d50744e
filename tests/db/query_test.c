/* Queries: values are passed unchanged, refusals become the right error, lost connections are
 * reopened. */
#include "fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/connection.h"

static void
text_comes_back_as_it_went(void **state)
{
	struct fixture *f = *state;
	static const char odd[] = "a\"b\\c{d},'e' \xc3\xa9";
	const char *const repositories[] = { local_make(f) }, *const principals[] = {
		"_anonymous"
	};
	const int actions[] = { ACTION_READ };
	struct permission_target target = { .name = arena_printf(
						f->db.arena, "%s%s", unique(f, "t"), odd),
		.includes = odd,
		.excludes = "",
		.repositories = repositories,
		.repository_count = 1,
		.principals = principals,
		.actions = actions,
		.principal_count = 1 };
	bool added;

	assert_true(db_permission_add(&f->db, &target, &f->actor, &added, &f->err));
	assert_true(added);
	assert_true(db_permission_add(&f->db, &target, &f->actor, &added, &f->err));
	assert_false(added);
}

static void
texts_in_arrays_come_as_they_went(void **state)
{
	struct fixture *f = *state;
	static const char odd[] = "a\"b\\c{d},NULL 'e'";
	const char *const repositories[] = { odd };
	struct permission_target target = { .name = unique(f, "t"),
		.includes = "",
		.excludes = "",
		.repositories = repositories,
		.repository_count = 1 };

	assert_false(db_permission_set(&f->db, &target, &f->actor, &f->err));
	assert_int_equal(f->err.code, ERROR_NOT_FOUND);
	assert_non_null(strstr(f->err.message, odd));
}

static void
an_existing_row_is_a_conflict(void **state)
{
	struct fixture *f = *state;
	const char *name = unique(f, "user");

	assert_true(db_account_add(&f->db, name, "*", false, &f->actor, &f->err));
	assert_false(db_account_add(&f->db, name, "*", false, &f->actor, &f->err));
	assert_int_equal(f->err.code, ERROR_CONFLICT);
	assert_non_null(strstr(f->err.cause, "principal_name_key"));
}

static void
the_cause_holds_no_value(void **state)
{
	struct fixture *f = *state;

	assert_false(db_account_add(&f->db, "secret\xff", "*", false, &f->actor, &f->err));
	assert_int_equal(f->err.code, ERROR_INTERNAL);
	assert_non_null(strstr(f->err.cause, "22021"));
	assert_null(strstr(f->err.cause, "secret"));
	assert_null(strstr(f->err.message, "secret"));
}

static void
hang_up(struct fixture *f)
{
	ask(f,
	    "SELECT count(pg_terminate_backend(pid, 2000)) FROM pg_stat_activity WHERE application_name = 'stowage'");
}

static void
a_dead_idle_connection_is_replaced(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 3; i++) {
		struct account *account;

		hang_up(f);
		assert_true(db_account_find(&f->db, "nobody", &account, &f->err));
		/* even for statements that are not idempotent */
		hang_up(f);
		assert_true(
		    db_account_add(&f->db, unique(f, "user"), "*", false, &f->actor, &f->err));
	}
}

/* Lock the table, kill the session that waits for the lock during its query, then unlock. The child
 * uses its own connections and exits without those of the parent. */
static pid_t
kill_who_waits(struct fixture *f)
{
	pid_t child = fork();
	PGconn *locker, *pg;

	if (child != 0) {
		usleep(300 * 1000);
		return child;
	}
	locker = PQconnectdb(f->url);
	PQclear(PQexec(locker, "BEGIN"));
	PQclear(PQexec(locker, "LOCK TABLE registry.principal"));
	pg = PQconnectdb(f->url);
	for (int i = 0, killed = 0; i < 200 && killed == 0; i++) {
		PGresult *res = PQexec(pg,
		    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
		    " WHERE application_name = 'stowage' AND wait_event_type = 'Lock'");

		killed = PQntuples(res);
		PQclear(res);
		usleep(10000);
	}
	PQfinish(locker);
	PQfinish(pg);
	_exit(0);
}

static void
a_question_lost_on_its_way_is_asked_again(void **state)
{
	struct fixture *f = *state;
	pid_t child = kill_who_waits(f);
	struct account *account;

	assert_true(db_account_find(&f->db, "nobody", &account, &f->err));
	waitpid(child, NULL, 0);
}

static void
a_deed_lost_on_its_way_is_not_done_again(void **state)
{
	struct fixture *f = *state;
	pid_t child = kill_who_waits(f);

	assert_false(db_account_add(&f->db, unique(f, "user"), "*", false, &f->actor, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	waitpid(child, NULL, 0);
}

static void
a_locked_table_is_unavailable_in_time(void **state)
{
	struct fixture *f = *state;
	int64_t started = clock_steady_ms();
	struct account *account;

	ask(f, "BEGIN");
	ask(f, "LOCK TABLE principal");
	assert_false(db_account_find(&f->db, "nobody", &account, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	assert_non_null(strstr(f->err.cause, "57014"));
	assert_in_range(clock_steady_ms() - started, 1500, 4000);
	ask(f, "ROLLBACK");
	assert_true(db_account_find(&f->db, "nobody", &account, &f->err));
}

/* It cannot even prepare statements on the table. */
static void
a_locked_table_is_unavailable_to_a_new_connection(void **state)
{
	struct fixture *f = *state;
	struct account *account;

	hang_up(f);
	ask(f, "BEGIN");
	ask(f, "LOCK TABLE principal");
	assert_false(db_account_find(&f->db, "nobody", &account, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	ask(f, "ROLLBACK");
	usleep(1000 * 1000); /* it does not try to connect all the time */
	assert_true(db_account_find(&f->db, "nobody", &account, &f->err));
}

static void
a_server_that_hangs_is_unavailable_in_time(void **state)
{
	struct fixture *f = *state;
	int64_t started;
	struct account *account;
	pid_t backend;

	hang_up(f);
	assert_true(db_account_find(&f->db, "nobody", &account, &f->err));
	backend = (pid_t)strtol(
	    ask(f, "SELECT pid FROM pg_stat_activity WHERE application_name = 'stowage'"), NULL,
	    10);
	if (kill(backend, SIGSTOP) == -1)
		skip(); /* the server runs as another user */
	started = clock_steady_ms();
	assert_false(db_account_find(&f->db, "nobody", &account, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	assert_in_range(clock_steady_ms() - started, 2500, 5000);
	assert_true(
	    db_account_find(&f->db, "nobody", &account, &f->err)); /* through another connection */
	kill(backend, SIGCONT);
}

static struct db_connection *
borrow(struct fixture *f)
{
	struct db_connection *connection = pool_borrow(
	    f->db.pool, pool_deadline(f->db.pool), &f->err);

	assert_non_null(connection);
	return connection;
}

static void
no_free_connection_is_unavailable(void **state)
{
	struct fixture *f = *state;
	struct db_connection *others[3];
	struct account *account;

	for (size_t i = 0; i < 3; i++) {
		others[i] = borrow(f);
	}
	assert_false(db_account_find(&f->db, "nobody", &account, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	assert_non_null(strstr(f->err.cause, "busy"));
	for (size_t i = 0; i < 3; i++)
		pool_return(f->db.pool, others[i], CONNECTION_UNUSED);
	assert_true(db_account_find(&f->db, "nobody", &account, &f->err));
}

/* One thread waits for it at a time: the others get the last result. */
static void
a_database_that_hangs_is_not_waited_for_in_turns(void **state)
{
	struct fixture *f = *state;
	struct db db = { .arena = f->db.arena };
	struct account *account;
	int64_t started;

	db.pool = db_pool_open(f->url, 1, 2000, &f->err);
	assert_non_null(db.pool);
	ask(f, "BEGIN");
	ask(f, "LOCK TABLE principal");
	assert_false(db_account_find(&db, "nobody", &account, &f->err));
	started = clock_steady_ms();
	assert_false(db_account_find(&db, "nobody", &account, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	assert_true(clock_steady_ms() - started < 500);
	ask(f, "ROLLBACK");
	usleep(1000 * 1000);
	assert_true(db_account_find(&db, "nobody", &account, &f->err));
	assert_true(db_account_find(&db, "nobody", &account, &f->err));
	db_pool_close(db.pool);
}

/* Three queries of a request must not take three times as long. */
static void
a_request_waits_once(void **state)
{
	struct fixture *f = *state;
	struct db_connection *others[3];
	struct db db = f->db;
	struct account *account;
	int64_t started = clock_steady_ms();

	for (size_t i = 0; i < 3; i++) {
		others[i] = borrow(f);
	}
	db.bounded = true;
	for (size_t i = 0; i < 3; i++) {
		assert_false(db_account_find(&db, "nobody", &account, &f->err));
		assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	}
	assert_in_range(clock_steady_ms() - started, 1500, 3000);
	for (size_t i = 0; i < 3; i++)
		pool_return(f->db.pool, others[i], CONNECTION_UNUSED);
}

static void
who_waited_for_a_connection_waits_less_for_the_answer(void **state)
{
	struct fixture *f = *state;
	struct db db = f->db;
	struct account *account;
	int64_t started;

	db.bounded = true;
	db.lost_ms = 1500;
	ask(f, "BEGIN");
	ask(f, "LOCK TABLE principal");
	started = clock_steady_ms();
	assert_false(db_account_find(&db, "nobody", &account, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	assert_in_range(clock_steady_ms() - started, 900, 1800);
	ask(f, "ROLLBACK");
	assert_true(db_account_find(&f->db, "nobody", &account, &f->err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(text_comes_back_as_it_went),
		DB_TEST(texts_in_arrays_come_as_they_went),
		DB_TEST(an_existing_row_is_a_conflict),
		DB_TEST(the_cause_holds_no_value),
		DB_TEST(a_dead_idle_connection_is_replaced),
		DB_TEST(a_question_lost_on_its_way_is_asked_again),
		DB_TEST(a_deed_lost_on_its_way_is_not_done_again),
		DB_TEST(a_locked_table_is_unavailable_in_time),
		DB_TEST(a_locked_table_is_unavailable_to_a_new_connection),
		DB_TEST(a_server_that_hangs_is_unavailable_in_time),
		DB_TEST(no_free_connection_is_unavailable),
		DB_TEST(a_database_that_hangs_is_not_waited_for_in_turns),
		DB_TEST(a_request_waits_once),
		DB_TEST(who_waited_for_a_connection_waits_less_for_the_answer),
	};

	return FIXTURE_RUN("query", tests);
}
