#include "db/connection.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "db/schema.h"

/*
 * Planning costs more than running, so each statement gets one generic plan, without JIT. A commit
 * that is acknowledged is on disk, whatever the server's default is. The functions are written for
 * READ COMMITTED.
 */
static const char settings_sql[] =
    "SELECT set_config('search_path', 'registry', false), set_config('plan_cache_mode', 'force_generic_plan', false),"
    " set_config('jit', 'off', false), set_config('statement_timeout', $1, false),"
    " set_config('default_transaction_isolation', 'read committed', false),"
    " set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('remote_write', 'remote_apply')"
    "   THEN current_setting('synchronous_commit') ELSE 'on' END, false)";
/* The oldest schemas do not have the second number. */
static const char schema_sql[] =
    "SELECT schema, coalesce((to_jsonb(i) ->> 'oldest')::int, schema) FROM registry.installation i";

/* --- Waiting --- */

/* Wait until a result can be read without blocking. */
static bool
wait_result(PGconn *pg, int64_t deadline_ms, enum connection_failure *failure)
{
	int unsent = PQflush(pg);

	*failure = CONNECTION_LOST;
	while (unsent == 1 || (unsent == 0 && PQisBusy(pg))) {
		struct pollfd socket = { .fd = PQsocket(pg), .events = POLLIN };
		int64_t left = deadline_ms - clock_steady_ms();
		int ready;

		if (unsent == 1)
			socket.events |= POLLOUT;
		ready = left <= 0 ? 0 : poll(&socket, 1, (int)left);
		if (ready == -1 && errno == EINTR)
			continue;
		if (ready == 0)
			*failure = CONNECTION_LATE;
		if (ready <= 0)
			return false;
		if ((socket.revents & ~POLLOUT) != 0 && !PQconsumeInput(pg))
			return false;
		unsent = PQflush(pg);
	}
	return unsent == 0;
}

/* Get the result of the query that was sent, up to its end. */
static PGresult *
answer(struct db_connection *connection, bool sent, int64_t deadline_ms,
    enum connection_failure *failure)
{
	PGresult *res = NULL, *next;

	*failure = CONNECTION_LOST;
	while (sent) {
		if (!wait_result(connection->pg, deadline_ms, failure))
			break;
		if ((next = PQgetResult(connection->pg)) == NULL)
			break;
		PQclear(res);
		res = next;
	}
	if (res == NULL || PQstatus(connection->pg) != CONNECTION_OK ||
	    PQtransactionStatus(connection->pg) == PQTRANS_ACTIVE) {
		PQclear(res);
		connection_close(connection);
		return NULL;
	}
	return res;
}

/* --- Querying --- */

PGresult *
connection_ask(struct db_connection *connection, const struct statement *statement,
    const struct param *params, int64_t deadline_ms, enum connection_failure *failure)
{
	const char *values[STATEMENT_PARAMETERS_MAX];
	int lengths[STATEMENT_PARAMETERS_MAX], formats[STATEMENT_PARAMETERS_MAX];
	bool sent;

	*failure = CONNECTION_LOST;
	if (connection->pg == NULL)
		return NULL;
	for (int i = 0; i < statement->nparams && i < STATEMENT_PARAMETERS_MAX; i++) {
		values[i] = params[i].value;
		lengths[i] = params[i].length;
		formats[i] = params[i].binary;
	}
	sent = PQsendQueryPrepared(
	    connection->pg, statement->name, statement->nparams, values, lengths, formats, 1);
	return answer(connection, sent, deadline_ms, failure);
}

/* --- Opening --- */

bool
db_state_is_unavailable(const char *state)
{
	/* cancelled, locked, out of resources, connection, shutting down, now a standby */
	static const char *const classes[] = { "57014", "55P03", "53", "08", "57P", "25006" };

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strncmp(state, classes[i], strlen(classes[i])) == 0)
			return true;
	return false;
}

static bool
unavailable(struct error *err, const char *message)
{
	error_set(err, ERROR_UNAVAILABLE, NULL);
	return error_cause(err, "database: %.*s", (int)strcspn(message, "\n"), message);
}

static bool
send_preparation(PGconn *pg, const struct statement *statement)
{
	return PQsendPrepare(pg, statement->name, statement->sql, 0, NULL) &&
	       PQsendDescribePrepared(pg, statement->name);
}

static bool
send_preparations(PGconn *pg, int64_t timeout_ms)
{
	char timeout[32];
	const char *values[] = { timeout };

	snprintf(timeout, sizeof(timeout), "%lld", (long long)timeout_ms);
	if (!PQenterPipelineMode(pg) ||
	    !PQsendQueryParams(pg, settings_sql, 1, NULL, values, NULL, NULL, 0) ||
	    !PQsendQueryParams(pg, schema_sql, 0, NULL, NULL, NULL, NULL, 0))
		return false;
	for (const struct statement *const *one = db_statements; *one != NULL; one++)
		if (!send_preparation(pg, *one))
			return false;
	return PQpipelineSync(pg);
}

/* The next result of the pipeline, skipping the NULL that ends the previous one. */
static PGresult *
next_answer(PGconn *pg, int64_t deadline_ms)
{
	enum connection_failure failure;
	PGresult *res;

	do {
		if (!wait_result(pg, deadline_ms, &failure))
			return NULL;
		res = PQgetResult(pg);
	} while (res == NULL && PQstatus(pg) == CONNECTION_OK);
	return res;
}

static bool
check_settings(PGconn *pg, int64_t deadline_ms, struct error *err)
{
	PGresult *res = next_answer(pg, deadline_ms);
	bool ok = PQresultStatus(res) == PGRES_TUPLES_OK;

	PQclear(res);
	return ok || unavailable(err, PQerrorMessage(pg));
}

bool
db_schema_check(int64_t schema, int64_t oldest, struct error *err)
{
	if (schema < DB_SCHEMA)
		return error_set(err, ERROR_UNAVAILABLE,
		    "the database has schema %d, this program needs schema %d: run stowagectl migrate",
		    (int)schema, DB_SCHEMA);
	if (oldest > DB_SCHEMA)
		return error_set(err, ERROR_UNAVAILABLE,
		    "the database is newer than this program: its schema %d admits programs of schema %d or newer, this one has schema %d",
		    (int)schema, (int)oldest, DB_SCHEMA);
	return true;
}

/* The version of the schema is in a table that exists only after a migration. */
static bool
check_schema(PGconn *pg, int64_t deadline_ms, struct error *err)
{
	PGresult *res = next_answer(pg, deadline_ms);
	bool ok = false;

	if (PQresultStatus(res) != PGRES_TUPLES_OK) {
		const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

		if (state != NULL && (strcmp(state, "42P01") == 0 || strcmp(state, "3F000") == 0))
			error_set(err, ERROR_UNAVAILABLE,
			    "the database has no registry schema: run stowagectl migrate");
		else
			unavailable(err, PQerrorMessage(pg));
	} else {
		bool one = PQntuples(res) == 1;

		ok = db_schema_check(one ? strtol(PQgetvalue(res, 0, 0), NULL, 10) : 0,
		    one ? strtol(PQgetvalue(res, 0, 1), NULL, 10) : 0, err);
	}
	PQclear(res);
	return ok;
}

/* A locked table is a temporary failure; any other means that a statement or the schema is wrong.
 */
static void
refuse_statement(PGconn *pg, const PGresult *res, const char *name, struct error *err)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	if (state == NULL || db_state_is_unavailable(state)) {
		unavailable(err, PQerrorMessage(pg));
		return;
	}
	error_set(err, ERROR_INTERNAL, "cannot prepare the statement %s", name);
	error_cause(err, "%s", PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY));
}

static bool
check_answer(PGconn *pg, const struct statement *statement, const PGresult *res, struct error *err)
{
	if (PQresultStatus(res) == PGRES_COMMAND_OK)
		return true;
	refuse_statement(pg, res, statement->name, err);
	return false;
}

static bool
check_statement(
    PGconn *pg, const struct statement *statement, int64_t deadline_ms, struct error *err)
{
	PGresult *res = next_answer(pg, deadline_ms);
	bool ok = check_answer(pg, statement, res, err);

	PQclear(res);
	if (!ok)
		return false;
	res = next_answer(pg, deadline_ms);
	ok = check_answer(pg, statement, res, err) && statement_check(statement, res, err);
	PQclear(res);
	return ok;
}

static bool
check_statements(PGconn *pg, int64_t deadline_ms, struct error *err)
{
	for (const struct statement *const *one = db_statements; *one != NULL; one++)
		if (!check_statement(pg, *one, deadline_ms, err))
			return false;
	return true;
}

static bool
check_end(PGconn *pg, int64_t deadline_ms, struct error *err)
{
	PGresult *res = next_answer(pg, deadline_ms);
	bool ok = PQresultStatus(res) == PGRES_PIPELINE_SYNC;

	PQclear(res);
	return (ok && PQexitPipelineMode(pg)) || unavailable(err, PQerrorMessage(pg));
}

/* Prepare all statements in one round trip. */
static bool
prepare(PGconn *pg, int64_t timeout_ms, int64_t deadline_ms, struct error *err)
{
	if (PQsetnonblocking(pg, 1) == -1 || !send_preparations(pg, timeout_ms))
		return unavailable(err, PQerrorMessage(pg));
	return check_settings(pg, deadline_ms, err) && check_schema(pg, deadline_ms, err) &&
	       check_statements(pg, deadline_ms, err) && check_end(pg, deadline_ms, err);
}

static void
ignore_notice(void *context, const PGresult *res)
{
	(void)context;
	(void)res;
}

bool
connection_open(struct db_connection *connection, const char *url, int64_t timeout_ms,
    int64_t deadline_ms, struct error *err)
{
	/* Keywords before the URL are defaults; the URL cannot override those after it. */
	const char *keys[] = { "connect_timeout", "tcp_user_timeout", "fallback_application_name",
		"dbname", "client_encoding", NULL };
	const char *values[] = { "2", "5000", "stowage", url, "UTF8", NULL };

	connection_close(connection);
	connection->pg = PQconnectdbParams(keys, values, 1);
	if (PQstatus(connection->pg) != CONNECTION_OK)
		unavailable(err, PQerrorMessage(connection->pg));
	else {
		PQsetNoticeReceiver(connection->pg, ignore_notice, NULL);
		if (prepare(connection->pg, timeout_ms, deadline_ms, err))
			return true;
	}
	connection_close(connection);
	return false;
}

void
connection_close(struct db_connection *connection)
{
	PQfinish(connection->pg);
	connection->pg = NULL;
}

/* A server that shuts down sends a message or closes the connection; an idle connection has nothing
 * else to read. */
bool
connection_usable(struct db_connection *connection)
{
	struct pollfd socket = { .fd = PQsocket(connection->pg), .events = POLLIN };

	if (connection->pg == NULL)
		return false;
	return poll(&socket, 1, 0) == 0 ||
	       (PQconsumeInput(connection->pg) && PQstatus(connection->pg) == CONNECTION_OK &&
		   poll(&socket, 1, 0) == 0);
}
