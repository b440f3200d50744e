/*
 * Connections to PostgreSQL, few and borrowed: a thread holds one only while it queries, never
 * while a body moves.
 */
#ifndef DB_POOL_H
#define DB_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"

struct db_pool;

/* The schema this program was written for: an older database is refused, and a newer one that names
 * a newer program as the oldest that may use it. */
#define DB_SCHEMA 10

/*
 * Open `size` connections at most; the first is opened now, every statement prepared and the schema
 * number checked, so that a typo or a wrong database ends the start with a reason.
 */
struct db_pool *db_pool_open(
    const char *url, int size, int64_t timeout_ms, struct error *) MUST_CHECK;
void db_pool_close(struct db_pool *); /* NULL is fine */

/*
 * What queries take: the arena their rows live in, and the pool. Each db_query() borrows a
 * connection for the one statement; between db_begin() and db_commit()/db_rollback() the same one
 * is held.
 */
struct db {
	struct db_pool *pool;       /* borrowed */
	struct arena *arena;        /* borrowed */
	struct db_connection *held; /* in a transaction */
	bool bounded;    /* somebody waits: the time lost over all its questions is that of one */
	int64_t lost_ms; /* so far: waiting for a connection, or for what then failed */
};

/* Database answers, is writable, schema number fits; else UNAVAILABLE with a sentence that says
 * which. */
bool db_ready(struct db *, struct error *) MUST_CHECK;
/* *weakness: settings of the server by which a loss of power can cost what was acknowledged, as a
 * sentence; NULL: none. */
bool db_weakness(struct db *, const char **weakness, struct error *) MUST_CHECK;

#endif
