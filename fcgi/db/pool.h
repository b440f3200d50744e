/* A small pool of connections to PostgreSQL: a thread borrows one only while it queries, never
 * while a body is transferred. */
#ifndef DB_POOL_H
#define DB_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"

struct db_pool;

/* The schema version of this program. It refuses an older schema, and a newer one that names a
 * newer program as the oldest that may use it. */
#define DB_SCHEMA 11

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

/* Check that the database answers, is writable, and has a usable schema; else UNAVAILABLE with a
 * message that says which. */
bool db_ready(struct db *, struct error *) MUST_CHECK;
/* *weakness: a message about settings of the server due to which a power failure can lose
 * acknowledged data; NULL: none. */
bool db_weakness(struct db *, const char **weakness, struct error *) MUST_CHECK;

#endif
