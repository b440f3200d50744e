/* Connections: every statement can be prepared; a wrong or missing database fails at start, soon
 * and with a reason. */
#include "fixture.h"

#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/connection.h"
#include "db/readiness.h"

static void
every_statement_is_prepared(void **state)
{
	struct fixture *f = *state;
	struct db_pool *pool = db_pool_open(f->url, 1, 2000, &f->err);

	if (pool == NULL)
		fail_msg("%s: %s", f->err.message, f->err.cause);
	db_pool_close(pool);
}

static void
statement_names_differ(void **state)
{
	(void)state;
	for (const struct statement *const *a = db_statements; *a != NULL; a++)
		for (const struct statement *const *b = db_statements; b != a; b++)
			assert_string_not_equal((*a)->name, (*b)->name);
}

static void
a_ready_database_is_ready(void **state)
{
	struct fixture *f = *state;

	assert_true(db_ready(&f->db, &f->err));
}

static void
a_schema_that_does_not_admit_us_is_refused(void **state)
{
	static const struct {
		int schema, oldest;
		const char *message;
	} rows[] = {
		{ DB_SCHEMA - 1, 1, "run stowagectl migrate" },
		{ DB_SCHEMA + 1, DB_SCHEMA + 1, "the database is newer than this program" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(f, "UPDATE installation SET schema = %d, oldest = %d", rows[i].schema,
		    rows[i].oldest);
		assert_null(db_pool_open(f->url, 1, 2000, &f->err));
		assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
		assert_non_null(strstr(f->err.message, rows[i].message));
		assert_false(db_ready(&f->db, &f->err));
		assert_non_null(strstr(f->err.message, rows[i].message));
	}
	ask(f, "UPDATE installation SET schema = %d, oldest = %d", DB_SCHEMA, DB_SCHEMA);
}

/* So that nodes can be upgraded one at a time. */
static void
a_newer_schema_that_admits_us_is_used(void **state)
{
	struct fixture *f = *state;
	struct db_pool *pool;

	ask(f, "UPDATE installation SET schema = %d, oldest = %d", DB_SCHEMA + 5, DB_SCHEMA);
	pool = db_pool_open(f->url, 1, 2000, &f->err);
	assert_non_null(pool);
	assert_true(db_ready(&f->db, &f->err));
	db_pool_close(pool);
	ask(f, "UPDATE installation SET schema = %d, oldest = %d", DB_SCHEMA, DB_SCHEMA);
}

static void
a_read_only_database_is_not_ready(void **state)
{
	struct fixture *f = *state;
	struct db_pool *pool = db_pool_open(
	    arena_printf(f->db.arena, "%s options='-c default_transaction_read_only=on'", f->url),
	    1, 2000, &f->err);
	struct db db = { .pool = pool, .arena = f->db.arena };

	assert_non_null(pool);
	assert_false(db_ready(&db, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	db_pool_close(pool);
}

/* The result of SHOW on a connection of the pool, whose URL sets these options. */
static const char *
setting(struct fixture *f, const char *options, const char *name)
{
	struct db_pool *pool = db_pool_open(
	    arena_printf(f->db.arena, "%s options='%s'", f->url, options), 1, 2000, &f->err);
	struct db_connection *connection;
	const char *value;
	PGresult *res;

	assert_non_null(pool);
	connection = pool_borrow(pool, pool_deadline(pool), &f->err);
	assert_non_null(connection);
	res = PQexec(connection->pg, arena_printf(f->db.arena, "SHOW %s", name));
	assert_int_equal(PQresultStatus(res), PGRES_TUPLES_OK);
	value = arena_strdup(f->db.arena, PQgetvalue(res, 0, 0));
	PQclear(res);
	pool_return(pool, connection, CONNECTION_ANSWERED);
	db_pool_close(pool);
	return value;
}

static void
a_commit_is_on_disk_whatever_the_server_prefers(void **state)
{
	static const struct {
		const char *asked, *given;
	} rows[] = { { "off", "on" }, { "local", "on" }, { "on", "on" },
		{ "remote_write", "remote_write" }, { "remote_apply", "remote_apply" } };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(
		    setting(f, arena_printf(f->db.arena, "-c synchronous_commit=%s", rows[i].asked),
			"synchronous_commit"),
		    rows[i].given);
}

static void
transactions_read_what_is_committed(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(
	    setting(f, "-c default_transaction_isolation=serializable", "transaction_isolation"),
	    "read committed");
}

/* The cluster of the tests runs without fsync. */
static void
a_server_that_can_lose_commits_is_told(void **state)
{
	struct fixture *f = *state;
	const char *weakness = NULL;

	assert_true(db_weakness(&f->db, &weakness, &f->err));
	assert_non_null(strstr(weakness, "fsync = off"));
	assert_null(strstr(weakness, "full_page_writes"));
}

static void
no_database_is_unavailable(void **state)
{
	struct fixture *f = *state;

	assert_null(db_pool_open("host=/nonexistent dbname=none", 1, 2000, &f->err));
	assert_int_equal(f->err.code, ERROR_UNAVAILABLE);
	assert_string_not_equal(f->err.cause, "");
}

/* --- Many threads, an unavailable database --- */

#define THREADS 16

struct asker {
	struct db_pool *pool;
	int64_t slowest_ms;
	int failed;
};

static void *
ask_often(void *argument)
{
	struct asker *asker = argument;
	struct db db = { .pool = asker->pool, .arena = arena_new() };

	for (int i = 0; i < 20; i++) {
		int64_t started = clock_steady_ms(), took;
		struct error err;

		asker->failed += !db_ready(&db, &err) && err.code == ERROR_UNAVAILABLE;
		took = clock_steady_ms() - started;
		asker->slowest_ms = took > asker->slowest_ms ? took : asker->slowest_ms;
		arena_reset(db.arena);
	}
	arena_free(db.arena);
	return NULL;
}

static void
ask_all(struct db_pool *pool, int *failed, int64_t *slowest_ms)
{
	struct asker askers[THREADS];
	pthread_t threads[THREADS];

	*failed = 0;
	*slowest_ms = 0;
	for (size_t i = 0; i < THREADS; i++) {
		askers[i] = (struct asker){ .pool = pool };
		pthread_create(&threads[i], NULL, ask_often, &askers[i]);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		*failed += askers[i].failed;
		if (askers[i].slowest_ms > *slowest_ms)
			*slowest_ms = askers[i].slowest_ms;
	}
}

static void
many_threads_share_few_connections(void **state)
{
	struct fixture *f = *state;
	int64_t slowest_ms;
	int failed;

	ask_all(f->db.pool, &failed, &slowest_ms);
	assert_int_equal(failed, 0);
	assert_string_equal(
	    ask(f, "SELECT count(*) <= 3 FROM pg_stat_activity WHERE application_name = 'stowage'"),
	    "t");
}

/* The role may not log in any more, which makes the database unavailable for this pool only. */
static void
a_database_away_is_answered_at_once_and_found_again(void **state)
{
	struct fixture *f = *state;
	const char *role = unique(f, "role");
	struct db_pool *pool;
	int64_t slowest_ms;
	int failed;

	ask(f, "CREATE ROLE \"%s\" LOGIN SUPERUSER", role);
	pool = db_pool_open(
	    arena_printf(f->db.arena, "%s user=%s", f->url, role), 3, 2000, &f->err);
	assert_non_null(pool);
	ask(f, "ALTER ROLE \"%s\" NOLOGIN", role);
	ask(f,
	    "SELECT count(pg_terminate_backend(pid, 1000)) FROM pg_stat_activity WHERE usename = '%s'",
	    role);
	ask_all(pool, &failed, &slowest_ms);
	assert_int_equal(failed, THREADS * 20);
	assert_true(slowest_ms < 1000);

	ask(f, "ALTER ROLE \"%s\" LOGIN", role);
	usleep(800 * 1000);
	assert_true(db_ready(&(struct db){ .pool = pool, .arena = f->db.arena }, &f->err));
	ask_all(pool, &failed, &slowest_ms);
	assert_int_equal(failed, 0);
	db_pool_close(pool);
	ask(f, "DROP ROLE \"%s\"", role);
}

/* No connection attempt for a while: the last failure is obsolete. */
static void
a_database_back_for_long_is_found_by_all_at_once(void **state)
{
	struct fixture *f = *state;
	const char *role = unique(f, "role");
	struct db_pool *pool;
	int64_t slowest_ms;
	int failed;

	ask(f, "CREATE ROLE \"%s\" LOGIN SUPERUSER", role);
	pool = db_pool_open(
	    arena_printf(f->db.arena, "%s user=%s", f->url, role), 3, 2000, &f->err);
	assert_non_null(pool);
	ask(f, "ALTER ROLE \"%s\" NOLOGIN", role);
	ask(f,
	    "SELECT count(pg_terminate_backend(pid, 1000)) FROM pg_stat_activity WHERE usename = '%s'",
	    role);
	assert_false(db_ready(&(struct db){ .pool = pool, .arena = f->db.arena }, &f->err));
	ask(f, "ALTER ROLE \"%s\" LOGIN", role);
	usleep(3000 * 1000);
	ask_all(pool, &failed, &slowest_ms);
	assert_int_equal(failed, 0);
	db_pool_close(pool);
	ask(f, "DROP ROLE \"%s\"", role);
}

/* The server accepts only one of three connections. */
static void
connections_that_cannot_be_had_are_not_missed(void **state)
{
	struct fixture *f = *state;
	const char *role = unique(f, "role");
	struct db_pool *pool;
	int64_t slowest_ms;
	int failed;

	ask(f, "CREATE ROLE \"%s\" LOGIN CONNECTION LIMIT 1 IN ROLE pg_read_all_data", role);
	ask(f, "GRANT USAGE ON SCHEMA registry TO \"%s\"", role);
	pool = db_pool_open(
	    arena_printf(f->db.arena, "%s user=%s", f->url, role), 3, 2000, &f->err);
	assert_non_null(pool);
	ask_all(pool, &failed, &slowest_ms);
	assert_int_equal(failed, 0);
	db_pool_close(pool);
	ask(f, "DROP OWNED BY \"%s\"", role);
	ask(f, "DROP ROLE \"%s\"", role);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(every_statement_is_prepared),
		DB_TEST(statement_names_differ),
		DB_TEST(a_ready_database_is_ready),
		DB_TEST(a_schema_that_does_not_admit_us_is_refused),
		DB_TEST(a_newer_schema_that_admits_us_is_used),
		DB_TEST(a_read_only_database_is_not_ready),
		DB_TEST(a_commit_is_on_disk_whatever_the_server_prefers),
		DB_TEST(transactions_read_what_is_committed),
		DB_TEST(a_server_that_can_lose_commits_is_told),
		DB_TEST(no_database_is_unavailable),
		DB_TEST(many_threads_share_few_connections),
		DB_TEST(a_database_away_is_answered_at_once_and_found_again),
		DB_TEST(a_database_back_for_long_is_found_by_all_at_once),
		DB_TEST(connections_that_cannot_be_had_are_not_missed),
	};

	return FIXTURE_RUN("statements", tests);
}
