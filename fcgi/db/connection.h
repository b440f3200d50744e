/* One connection: opening it prepares every statement and checks the schema's number; queries have
 * a deadline. Private to
 * db/. */
#ifndef DB_CONNECTION_H
#define DB_CONNECTION_H

#include <libpq-fe.h>

#include "db/statement.h"

struct db_connection {
	PGconn *pg; /* owned; NULL: closed */
	bool busy;  /* guarded by the pool, like `open`: lent to a thread */
	bool open;  /* was open when last checked */
};

/* UNAVAILABLE if the database cannot be reached, or is not one of ours; INTERNAL if a statement
 * cannot be prepared. */
bool connection_open(struct db_connection *, const char *url, int64_t timeout_ms,
    int64_t deadline_ms, struct error *) MUST_CHECK;
void connection_close(struct db_connection *); /* may be closed already */
/* True if it is open, and the server has not closed it since it was last used. */
bool connection_usable(struct db_connection *) MUST_CHECK;

/* Why a query got no result; the connection is closed then. */
enum connection_failure { CONNECTION_LOST, CONNECTION_LATE };

/* Run a prepared statement. NULL: no result, *failure says why; else the server's result, which may
 * be an error, owned by the caller. */
PGresult *connection_ask(struct db_connection *, const struct statement *, const struct param *,
    int64_t deadline_ms, enum connection_failure *) MUST_CHECK;

/* Check that this program may use the schema. A newer schema names the oldest program that may use
 * it. Else UNAVAILABLE with a message. */
bool db_schema_check(int64_t schema, int64_t oldest, struct error *) MUST_CHECK;
/* True if the SQLSTATE means that the server cannot do it at present. */
bool db_state_is_unavailable(const char *state);

#endif
