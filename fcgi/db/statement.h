/*
 * A statement that db/sql.awk generates from sql/statements: its text, and its parameters and
 * columns with their types and their offsets in the structs of db/sql.h. Private to db/.
 */
#ifndef DB_STATEMENT_H
#define DB_STATEMENT_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define STATEMENT_PARAMETERS_MAX 32

/* PostgreSQL's numbers of its types (pg_type.oid), which are fixed. */
enum sql_type {
	SQL_BOOLEAN = 16,
	SQL_BYTEA = 17,
	SQL_BIGINT = 20,
	SQL_SMALLINT = 21,
	SQL_INTEGER = 23,
	SQL_TEXT = 25,
	SQL_INET = 869,
	SQL_BYTEAS = 1001,
	SQL_INTEGERS = 1007,
	SQL_TEXTS = 1009,
	SQL_BIGINTS = 1016,
	SQL_TIMESTAMPTZ = 1184,
	SQL_UUID = 2950,
	SQL_JSONB = 3802
};

struct field {
	const char *name;
	enum sql_type type;
	size_t offset; /* offset in STATEMENT_args or STATEMENT_row */
};

struct statement {
	const char *name;
	const char *sql;
	int nparams, ncolumns;
	const struct field *parameters; /* array of nparams */
	const struct field *columns;    /* array of ncolumns; NULL: rows are not read */
	bool idempotent; /* may be repeated after the connection was lost: running it twice has the
			    same effect as once */
};

/* All statements of sql/statements, NULL-terminated. */
extern const struct statement *const db_statements[];

/* A parameter as libpq sends it. */
struct param {
	const char *value; /* NULL: SQL NULL */
	int length;        /* binary only */
	bool binary;
};

/* Array parameters; the values are not copied. */
struct integers {
	const int64_t *values;
	size_t count;
};
struct texts {
	const char *const *values;
	size_t count;
};
struct digests {
	const struct digest *values;
	size_t count;
};

/* Storage for a number until it is sent. */
struct number {
	unsigned char bytes[sizeof(uint64_t)];
};

/* Convert the members of STATEMENT_args to parameters; a NULL pointer becomes SQL's NULL. The
 * parameters point into args, numbers (one for each parameter) and the arena. */
void statement_bind(const struct statement *, const void *args, struct arena *,
    struct number *numbers, struct param *params);

/* Fill STATEMENT_row from a row. SQL's NULL becomes a NULL pointer, 0 or false; text and bytes live
 * as long as the result. */
void statement_read(const struct statement *, const PGresult *, int number, void *row);

/* Compare the server's description of the statement with the types that the program was built for.
 * INTERNAL with the first difference. */
bool statement_check(
    const struct statement *, const PGresult *description, struct error *) MUST_CHECK;

#endif
