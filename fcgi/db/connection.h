/*
 * One connection: opened with every statement prepared and the schema's number checked, asked with
 * a deadline; and how the pool lends it. Private to db/.
 */
#ifndef DB_CONNECTION_H
#define DB_CONNECTION_H

#include <libpq-fe.h>

#include "db/query.h"

struct db_connection {
	PGconn *pg; /* owned; NULL: closed */
	bool busy;  /* guarded by the pool, as the next: lent to a thread, */
	bool open;  /* and open when that was last known */
};

/* UNAVAILABLE when there is no database, or it is not one of ours; INTERNAL for a statement that
 * cannot be prepared. */
bool connection_open(struct db_connection *, const char *url, int64_t timeout_ms,
    int64_t deadline_ms, struct error *) MUST_CHECK;
void connection_close(struct db_connection *); /* closed already is fine */
/* Open, and the server has not hung up since it was last used. */
bool connection_usable(struct db_connection *) MUST_CHECK;

/* What became of a question that got no answer: the connection is closed. */
enum connection_failure { CONNECTION_LOST, CONNECTION_LATE };

/* NULL: no answer, *failure says why; else the server's answer, good or bad, owned by the caller.
 */
PGresult *connection_ask(struct db_connection *, const struct statement *, const struct param *,
    int64_t deadline_ms, enum connection_failure *) MUST_CHECK;
/* The same for plain SQL without parameters. */
PGresult *connection_command(struct db_connection *, const char *sql, int64_t deadline_ms,
    enum connection_failure *) MUST_CHECK;

/* Does the database's schema admit this program? A newer one does unless it says otherwise: it
 * names the oldest program that may use it. Else UNAVAILABLE with a sentence. */
bool schema_check(int64_t schema, int64_t oldest, struct error *) MUST_CHECK;
/* Does the SQLSTATE say that the server cannot do it now? */
bool state_is_backing_off(const char *state);

/* What its time with the borrower tells of the server. */
enum connection_use {
	CONNECTION_UNUSED, /* nothing */
	CONNECTION_ANSWERED,
	CONNECTION_TIMED_OUT
};

/* For one statement, or one transaction. Usable; it may be returned broken. Waits until shortly
 * before the deadline. */
struct db_connection *pool_borrow(struct db_pool *, int64_t deadline_ms, struct error *) MUST_CHECK;
void pool_return(struct db_pool *, struct db_connection *, enum connection_use);
/* When a server that was asked now must have answered. */
int64_t pool_deadline(const struct db_pool *);

#endif
