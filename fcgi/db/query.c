#include "db/query.h"

#include <string.h>

#include "base/clock.h"
#include "db/connection.h"

#define TRIES 3 /* retries after a conflict with another transaction */

/* --- Queries --- */

enum verdict {
	VERDICT_DONE,
	VERDICT_LOST,  /* the connection was lost: done or not */
	VERDICT_RETRY, /* rolled back because of another transaction */
	VERDICT_FAILED
};

static bool
state_is(const char *state, const char *const *states)
{
	for (; *states != NULL; states++)
		if (strncmp(state, *states, strlen(*states)) == 0)
			return true;
	return false;
}

/* Classify an SQLSTATE: the error for the client, and whether to retry. */
static enum verdict
classify(const char *state, struct error *err)
{
	/* foreign key, serialization, deadlock; a function that `stowagectl migrate` has just
	 * replaced by another */
	static const char *const retryable[] = { "23503", "40001", "40P01", "42883", NULL };

	if (strcmp(state, "23505") == 0) {
		error_set(err, ERROR_CONFLICT, NULL);
		return VERDICT_FAILED;
	}
	if (state_is(state, retryable)) {
		error_set(err, ERROR_UNAVAILABLE, NULL);
		return VERDICT_RETRY;
	}
	error_set(err, db_state_is_unavailable(state) ? ERROR_UNAVAILABLE : ERROR_INTERNAL, NULL);
	return VERDICT_FAILED;
}

/* Messages of class 22 quote values, so they are replaced. */
static void
describe(const char *what, const char *state, const PGresult *res, struct error *err)
{
	const char *constraint = PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME);
	const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	if (strncmp(state, "22", 2) == 0)
		message = "a value does not fit";
	else if (message == NULL)
		message = "no memory for the result";
	error_cause(err, "%s: SQLSTATE %s %s: %s", what, state,
	    constraint == NULL ? "" : constraint, message);
}

static void
clear_result(void *object)
{
	PGresult **slot = object;

	PQclear(*slot);
}

/* A slot for a result that the arena clears. Allocated before the query is sent: if memory ran out
 * afterwards, the connection would not be returned to the pool. */
static PGresult **
result_slot(struct db *db)
{
	PGresult **slot = arena_alloc(db->arena, sizeof(PGresult *));

	arena_defer(db->arena, clear_result, slot);
	return slot;
}

/* Takes ownership of res: stored in the slot on VERDICT_DONE, else cleared. */
static enum verdict
receive(struct db_connection *connection, const char *what, PGresult *res, PGresult **slot,
    enum connection_failure failure, struct error *err)
{
	ExecStatusType status = PQresultStatus(res);
	const char *state;
	enum verdict verdict;

	if (res == NULL) {
		error_set(err, ERROR_UNAVAILABLE, NULL);
		error_cause(err, "%s: %s", what,
		    failure == CONNECTION_LATE ? "the database does not answer"
					       : "the connection to the database was lost");
		return failure == CONNECTION_LATE ? VERDICT_FAILED : VERDICT_LOST;
	}
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
		*slot = res;
		return VERDICT_DONE;
	}
	state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	if (state == NULL)
		state = "53200"; /* libpq's own failure: its memory ran out */
	verdict = classify(state, err);
	describe(what, state, res, err);
	if (strcmp(state, "25006") == 0)
		connection_close(connection); /* a new connection may reach the primary */
	PQclear(res);
	return verdict;
}

/* Deadline of the next query. */
static int64_t
deadline(const struct db *db)
{
	return pool_deadline(db->pool) - (db->bounded ? db->lost_ms : 0);
}

/* Borrow a connection for one statement. */
static struct db_connection *
borrow(struct db *db, int64_t deadline_ms, struct error *err)
{
	int64_t started_ms = clock_steady_ms();
	struct db_connection *connection = pool_borrow(db->pool, deadline_ms, err);

	db->lost_ms += clock_steady_ms() - started_ms;
	return connection;
}

static enum connection_use
use_of(const PGresult *res, enum connection_failure failure)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	if (res == NULL)
		return failure == CONNECTION_LATE ? CONNECTION_TIMED_OUT : CONNECTION_UNUSED;
	return state != NULL && strcmp(state, "57014") == 0 ? CONNECTION_TIMED_OUT
							    : CONNECTION_ANSWERED;
}

static enum verdict
ask(struct db *db, const struct statement *statement, const struct param *params, PGresult **res,
    struct error *err)
{
	struct db_connection *connection;
	int64_t deadline_ms = deadline(db), sent_ms;
	enum connection_failure failure;
	enum connection_use use;
	enum verdict verdict;
	PGresult **slot = result_slot(db);

	if ((connection = borrow(db, deadline_ms, err)) == NULL)
		return VERDICT_FAILED;
	sent_ms = clock_steady_ms();
	*res = connection_ask(connection, statement, params, deadline_ms, &failure);
	use = use_of(*res, failure);
	verdict = receive(connection, statement->name, *res, slot, failure, err);
	if (verdict != VERDICT_DONE)
		db->lost_ms += clock_steady_ms() - sent_ms;
	pool_return(db->pool, connection, use);
	return verdict;
}

PGresult *
db_query(struct db *db, const struct statement *statement, const void *args, struct error *err)
{
	struct number numbers[STATEMENT_PARAMETERS_MAX];
	struct param params[STATEMENT_PARAMETERS_MAX];
	bool lost = false;
	PGresult *res = NULL;

	statement_bind(statement, args, db->arena, numbers, params);
	for (int tries = 0; tries <= TRIES; tries++) {
		enum verdict verdict = ask(db, statement, params, &res, err);

		if (verdict == VERDICT_DONE)
			return res;
		if (verdict == VERDICT_FAILED)
			return NULL;
		if (verdict == VERDICT_LOST && (lost || !statement->idempotent))
			return NULL;
		lost = lost || verdict == VERDICT_LOST;
	}
	return NULL;
}
