/*
 * Statements: prepared on every connection when it opens, parameters always bound, results always
 * binary.
 *
 * A client-side deadline (pool timeout + 0.5 s, the wait for a connection included) ends a query
 * whose server hangs. A lost connection is
 * reopened once and the statement repeated when it is safe (`again`); otherwise UNAVAILABLE. 23505
 * → CONFLICT with the constraint in the cause; 23503, 40001, 40P01 outside a transaction are
 * retried up to three times; 57014 (time-out), 53xxx and 08xxx → UNAVAILABLE; all else INTERNAL.
 * The cause holds SQLSTATE and the server's sentence, never a parameter.
 */
#ifndef DB_QUERY_H
#define DB_QUERY_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "db/pool.h"
#include "db/statement.h"
#include "oci/digest.h"

/* Every file of db/ exports a NULL-ended list of its statements; statements.c lists the lists. */
extern const struct statement *const *const db_statements[];

struct param param_text(const char *); /* NULL is NULL */
struct param param_int(struct db *, int64_t);
struct param param_bool(bool);
struct param param_bytes(struct bytes);           /* bytea */
struct param param_digest(const struct digest *); /* its value as bytea; NULL is NULL */
/* bytea[] of digest values, text[] of strings, int[]: array literals in the arena. */
struct param param_digests(struct db *, const struct digest *, size_t count);
struct param param_texts(struct db *, const char *const *, size_t count);
struct param param_ints(struct db *, const int64_t *, size_t count);

/* NULL: failed, error set. The result is cleared with the arena. */
PGresult *db_query(
    struct db *, const struct statement *, const struct param *, struct error *) MUST_CHECK;

/* The same with the members of STATEMENT_args, which may be NULL if there are no parameters. */
PGresult *db_ask(
    struct db *, const struct statement *, const void *args, struct error *) MUST_CHECK;

bool db_begin(struct db *, struct error *) MUST_CHECK;
bool db_commit(struct db *, struct error *) MUST_CHECK;
void db_rollback(struct db *); /* nothing held is fine */

/* Columns of a binary result; *_null says so first where NULL can be. Text is NUL-ended and lives
 * with the arena. */
bool row_null(const PGresult *, int row, int column);
int64_t row_int(const PGresult *, int row, int column); /* int2, int4, int8 */
bool row_bool(const PGresult *, int row, int column);
const char *row_text(const PGresult *, int row, int column); /* NULL for NULL */
struct bytes row_bytes(const PGresult *, int row, int column);
int64_t row_time(const PGresult *, int row, int column); /* timestamptz, microseconds since 1970 */
/* A pair of columns: algorithm number and value. */
bool row_digest(const PGresult *, int row, int alg_column, int value_column, struct digest *);

#endif
