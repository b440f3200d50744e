/*
 * Statements: prepared on every connection when it is opened; parameters are always bound, results
 * always binary.
 *
 * A client-side deadline (pool timeout + 0.5 s, including the wait for a connection) ends a query
 * if the server hangs. If the connection is lost, it is reopened once, and the statement is
 * repeated if that is safe (`idempotent`); otherwise UNAVAILABLE. 23505 → CONFLICT with the
 * constraint in the cause; 23503, 40001, 40P01 are retried up to three times;
 * 57014 (time-out), 53xxx and 08xxx → UNAVAILABLE; all others INTERNAL. The cause contains SQLSTATE
 * and the server's message, never a parameter.
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

/* Run a statement with the members of its STATEMENT_args; args may be NULL if it has no parameters.
 * Called by STATEMENT_query() of db/sql.h. NULL: failed, error set. The arena clears the result.
 */
PGresult *db_query(
    struct db *, const struct statement *, const void *args, struct error *) MUST_CHECK;

#endif
