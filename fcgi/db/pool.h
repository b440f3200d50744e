/* A small pool of connections to PostgreSQL: a thread borrows one only while it queries, never
 * while a body is transferred. */
#ifndef DB_POOL_H
#define DB_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"
#include "db/schema.h"

struct db_pool;

/* Open at most `size` connections. The first is opened now, with every statement prepared and the
 * schema version checked, so that a wrong setting or database fails at start, with a reason. */
struct db_pool *db_pool_open(
    const char *url, int size, int64_t timeout_ms, struct error *) MUST_CHECK;
void db_pool_close(struct db_pool *); /* NULL is fine */

/* Context of queries: the pool, and the arena for result rows. Each db_query() borrows a connection
 * for one statement. */
struct db {
	struct db_pool *pool; /* borrowed */
	struct arena *arena;  /* borrowed */
	bool bounded;         /* a client waits: all queries share the deadline of one */
	int64_t lost_ms;      /* so far: waiting for a connection, or on failed queries */
};

/* --- Private to db/: lending --- */

/* Result of the borrower's query, which shows the state of the server. */
enum connection_use {
	CONNECTION_UNUSED, /* nothing */
	CONNECTION_ANSWERED,
	CONNECTION_TIMED_OUT
};

/* Borrow a connection for one statement. It is usable; it may be returned
 * broken. Waits until shortly before the deadline. */
struct db_connection *pool_borrow(struct db_pool *, int64_t deadline_ms, struct error *) MUST_CHECK;
void pool_return(struct db_pool *, struct db_connection *, enum connection_use);
/* Deadline of a query that starts now. */
int64_t pool_deadline(const struct db_pool *);

#endif
