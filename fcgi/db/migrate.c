#include "db/migrate.h"

#include <libpq-fe.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "db/pool.h"
#include "db/sql_file.h"

/* An arbitrary number that no other program locks: the letters of "stowage". */
#define LOCK "SELECT pg_advisory_lock(x'0073746f77616765'::bigint)"

struct run {
	const struct migrate *order;
	struct arena *arena;
	PGconn *conn;
	bool prepared; /* the table of migrations already existed */
};

/* "migrations/0001_name.sql": numbers start at 1 without a gap, so the position of a file is its
 * number. */
static bool
migrations_check(const struct sql_file *files, int count, struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	for (int i = 0; i < count; i++) {
		const char *name = files[i].name + strlen("migrations/");
		char start[16];

		snprintf(start, sizeof(start), "%04d_", i + 1);
		if (strncmp(name, start, strlen(start)) != 0 ||
		    strcmp(name + strspn(name, letters), ".sql") != 0)
			return error_set(err, ERROR_INTERNAL, "%s: must be named %sWORDS.sql",
			    files[i].name, start);
	}
	if (count != DB_SCHEMA)
		return error_set(err, ERROR_INTERNAL,
		    "the files end at schema %d, this program needs schema %d", count, DB_SCHEMA);
	return true;
}

/* --- Database --- */

/* Make an error of the server's result: its message for the operator; SQLSTATE, detail and line as
 * the cause. */
static bool
server_error(
    struct run *run, const char *what, const char *sql, const PGresult *res, struct error *err)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = PQresultErrorField(res, PG_DIAG_MESSAGE_DETAIL);
	const char *position = PQresultErrorField(res, PG_DIAG_STATEMENT_POSITION);
	enum error_code code = ERROR_INTERNAL;
	long offset = position == NULL ? 0 : strtol(position, NULL, 10);
	int line = 1;

	if (PQstatus(run->conn) != CONNECTION_OK)
		code = ERROR_UNAVAILABLE;
	else if (state != NULL && /* lock_not_available, deadlock_detected */
		 (strcmp(state, "55P03") == 0 || strcmp(state, "40P01") == 0))
		code = ERROR_CONFLICT;
	for (long i = 0; i + 1 < offset && sql[i] != '\0'; i++)
		line += sql[i] == '\n';
	error_set(err, code, "%s: %s", what, message == NULL ? "the connection was lost" : message);
	return error_cause(err, "SQLSTATE %s, line %d%s%s", state == NULL ? "-" : state, line,
	    detail == NULL ? "" : ": ", detail == NULL ? "" : detail);
}

static void
clear_result(void *res)
{
	PQclear(res);
}

/* Query the server, even when printing. NULL: failed. The arena frees the result. */
static PGresult *
ask(struct run *run, const char *what, const char *sql, struct error *err)
{
	PGresult *res = PQexec(run->conn, sql);
	ExecStatusType status = PQresultStatus(res);

	arena_defer(run->arena, clear_result, res);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
		return res;
	server_error(run, what, sql, res, err);
	return NULL;
}

/* Run a statement that changes something, or print it. */
static bool
change(struct run *run, const char *what, const char *sql, struct error *err)
{
	if (run->order->print == NULL)
		return ask(run, what, sql, err) != NULL;
	fprintf(run->order->print, "%s\n", sql);
	return true;
}

static bool
begin(struct run *run, const char *what, struct error *err)
{
	return change(run, what, "BEGIN;", err);
}

static bool
commit(struct run *run, const char *what, struct error *err)
{
	return change(run, what, "COMMIT;", err);
}

/* Names in a file refer to the registry schema, whatever the previous file set. A file must not end
 * the transaction itself: it would be half applied if the rest failed. */
static bool
file_apply(struct run *run, const struct sql_file *file, struct error *err)
{
	if (!change(run, file->name, "SET LOCAL search_path = registry;", err) ||
	    !change(run, file->name, file->text, err))
		return false;
	if (run->order->print == NULL && PQtransactionStatus(run->conn) != PQTRANS_INTRANS)
		return error_set(
		    err, ERROR_INTERNAL, "%s: must not begin or end transactions", file->name);
	return true;
}

static bool
server_connect(struct run *run, struct error *err)
{
	const char *keys[] = { "dbname", "fallback_application_name", NULL };
	const char *values[] = { run->order->url, "stowagectl migrate", NULL };
	const char *message;

	run->conn = PQconnectdbParams(keys, values, 1);
	if (PQstatus(run->conn) == CONNECTION_OK)
		return true;
	message = PQerrorMessage(run->conn);
	error_set(err, ERROR_UNAVAILABLE, "cannot reach the database");
	return error_cause(err, "%.*s", (int)strcspn(message, "\n"), message);
}

/* Wait long for another node's migration, but only briefly for locks on tables, because all other
 * sessions would queue behind us. */
static bool
lock(struct run *run, struct error *err)
{
	return ask(run, "settings", "SET client_min_messages = warning", err) != NULL &&
	       ask(run, "settings", "SET lock_timeout = '10min'", err) != NULL &&
	       ask(run, "another migration is running", LOCK, err) != NULL &&
	       ask(run, "settings", "SET lock_timeout = '2s'", err) != NULL;
}

/* --- Steps --- */

static void report(struct run *run, const char *format, ...) PRINTF_LIKE(2, 3);

static void
report(struct run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(run->order->report, format, args);
	va_end(args);
	fputc('\n', run->order->report);
}

static bool
table_make(struct run *run, struct error *err)
{
	static const char what[] = "the table of migrations";
	PGresult *res = ask(run, what, "SELECT to_regclass('registry.migration') IS NOT NULL", err);

	if (res == NULL)
		return false;
	run->prepared = PQgetvalue(res, 0, 0)[0] == 't';
	return run->prepared ||
	       (begin(run, what, err) &&
		   change(run, what, "CREATE SCHEMA IF NOT EXISTS registry;", err) &&
		   change(run, what,
		       "CREATE TABLE registry.migration (\n"
		       "  number     int PRIMARY KEY CHECK (number > 0),\n"
		       "  name       text NOT NULL,\n"
		       "  sha256     bytea NOT NULL CHECK (octet_length(sha256) = 32),\n"
		       "  applied_at timestamptz NOT NULL DEFAULT now());",
		       err) &&
		   commit(run, what, err));
}

/* Compare the applied migrations with the files; *newest is set to the schema's version. */
static bool
applied_check(
    struct run *run, const struct sql_file *files, int count, int *newest, struct error *err)
{
	PGresult *res;

	*newest = 0;
	if (run->order->print != NULL && !run->prepared)
		return true;
	res = ask(run, "the table of migrations",
	    "SELECT encode(sha256, 'hex') FROM registry.migration ORDER BY number", err);
	if (res == NULL)
		return false;
	*newest = PQntuples(res);
	if (*newest > count)
		return error_set(err, ERROR_INTERNAL,
		    "the database is newer than this program: it has schema %d, these files end at %d",
		    *newest, count);
	for (int i = 0; i < *newest; i++)
		if (strcmp(PQgetvalue(res, i, 0), files[i].sha256) != 0)
			return error_set(err, ERROR_INTERNAL,
			    "%s has changed since it was applied; add a new migration instead",
			    files[i].name);
	return true;
}

static bool
migration_apply(struct run *run, const struct sql_file *file, int number, struct error *err)
{
	const char *record = arena_printf(run->arena,
	    "INSERT INTO registry.migration (number, name, sha256) VALUES (%d, '%s', '\\x%s');",
	    number, file->name + strlen("migrations/"), file->sha256);

	return begin(run, file->name, err) && file_apply(run, file, err) &&
	       change(run, file->name, record, err) && commit(run, file->name, err);
}

static bool
migrations_apply(struct run *run, struct error *err)
{
	struct sql_file *files;
	int count, newest;

	if (!sql_files_read(run->arena, run->order->directory, "migrations", &files, &count, err) ||
	    !migrations_check(files, count, err) || !table_make(run, err) ||
	    !applied_check(run, files, count, &newest, err))
		return false;
	for (int i = newest; i < count; i++) {
		if (!migration_apply(run, &files[i], i + 1, err))
			return false;
		report(run, "%s", files[i].name);
	}
	return true;
}

/* Set the version in the transaction of the functions, so that programs that need this schema do
 * not start before. */
static bool
number_set(struct run *run, struct error *err)
{
	return change(run, "the schema's number",
	    arena_printf(run->arena, "UPDATE registry.installation SET schema = %d;", DB_SCHEMA),
	    err);
}

/* Drop the functions that the files did not create or replace in this transaction: an earlier
 * version left them. */
static bool
functions_drop(struct run *run, struct error *err)
{
	return change(run, "functions of an earlier version",
	    "DO $$\n"
	    "DECLARE\n"
	    "  v_function regprocedure;\n"
	    "BEGIN\n"
	    "  FOR v_function IN SELECT oid FROM pg_proc\n"
	    "    WHERE pronamespace = 'registry'::regnamespace AND xmin <> pg_current_xact_id()::xid AND prokind = 'f'\n"
	    "      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = pg_proc.oid\n"
	    "        AND d.deptype = 'e') LOOP\n"
	    "    EXECUTE format('DROP FUNCTION %s', v_function);\n"
	    "  END LOOP;\n"
	    "END $$;",
	    err);
}

/* Replace functions and roles in one transaction, so that others never see a mixture. */
static bool
functions_apply(struct run *run, struct error *err)
{
	struct sql_file roles = { .name = "roles.sql" }, *files;
	int count;

	if (!sql_files_read(run->arena, run->order->directory, "functions", &files, &count, err) ||
	    !sql_file_read(run->arena, run->order->directory, &roles, err) ||
	    !begin(run, "functions", err))
		return false;
	for (int i = 0; i < count; i++)
		if (!file_apply(run, &files[i], err))
			return false;
	if (!functions_drop(run, err) || !file_apply(run, &roles, err) || !number_set(run, err) ||
	    !commit(run, "functions and roles", err))
		return false;
	report(run, "functions (%d files) and roles", count);
	return true;
}

bool
db_migrate(const struct migrate *order, struct error *err)
{
	struct run run = { .order = order, .arena = arena_new() };
	bool ok = server_connect(&run, err) && lock(&run, err) && migrations_apply(&run, err) &&
		  functions_apply(&run, err);

	if (ok)
		report(&run, "schema %d", DB_SCHEMA);
	arena_free(run.arena); /* frees results before their connection */
	PQfinish(run.conn);
	return ok;
}
