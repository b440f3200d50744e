#include "db/pool.h"

#include <pthread.h>

#include "base/breaker.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/connection.h"

/* For this long after a failure one thread's result is that of all threads, which would otherwise
 * each wait as long for the same result. */
#define PAUSE_MS 700
/* After this long a failed connection attempt is obsolete: otherwise the next thread would connect
 * for all, and others would be refused in the meantime. */
#define STALE_MS 2000

/* The server cancels a statement at its timeout; stop waiting for the server this much later. */
#define GRACE_MS 500

struct db_pool {
	char *url;
	int64_t timeout_ms;
	size_t size;
	struct db_connection *connections; /* owned: `size` connections */
	pthread_mutex_t mutex; /* guards the following fields, and `busy` of each connection */
	pthread_cond_t returned;
	struct breaker down; /* open: the last connection attempt failed ... */
	struct error why;    /* ... with this error */
	struct breaker hung; /* open: a query timed out, and no other connection was idle */
};

/* --- Lending --- */

/* Pick an idle connection, preferably an open one. While the database is down, wait for the open
 * ones that are lent. */
static struct db_connection *
pick(struct db_pool *pool)
{
	struct db_connection *closed = NULL;
	bool others = false;

	for (size_t i = 0; i < pool->size; i++) {
		struct db_connection *one = &pool->connections[i];

		if (one->busy)
			others = others || one->open;
		else if (one->open)
			return one;
		else if (closed == NULL)
			closed = one;
	}
	return pool->down.open && others ? NULL : closed;
}

static bool
wait_returned(struct db_pool *pool, int64_t deadline_ms)
{
	struct timespec until = { .tv_sec = deadline_ms / 1000,
		.tv_nsec = (deadline_ms % 1000) * 1000000 };

	return pthread_cond_timedwait(&pool->returned, &pool->mutex, &until) == 0 ||
	       clock_steady_ms() < deadline_ms;
}

/* True if a connection can be borrowed now. */
static bool
has_idle(const struct db_pool *pool)
{
	for (size_t i = 0; i < pool->size; i++)
		if (!pool->connections[i].busy && (pool->connections[i].open || !pool->down.open))
			return true;
	return false;
}

static bool
refuse_busy(const struct db_pool *pool, struct error *err)
{
	error_set(err, ERROR_UNAVAILABLE, NULL);
	return error_cause(err, "database: all %zu connections are busy", pool->size);
}

/*
 * While the database hangs, only one thread at a time waits for it; the others fail at once.
 * Otherwise they would wait one after the other, and requests that wait for a thread two or three
 * times as long.
 */
static struct db_connection *
acquire(struct db_pool *pool, int64_t deadline_ms, struct error *err)
{
	struct db_connection *connection = NULL;
	bool waiting = true;

	pthread_mutex_lock(&pool->mutex);
	while (breaker_admits(&pool->hung, clock_steady_ms()) &&
	       (connection = pick(pool)) == NULL && waiting)
		waiting = wait_returned(pool, deadline_ms - GRACE_MS);
	if (connection != NULL) {
		connection->busy = true;
		breaker_enter(&pool->hung, clock_steady_ms());
	}
	pthread_mutex_unlock(&pool->mutex);
	if (connection == NULL)
		refuse_busy(pool, err);
	return connection;
}

/* While the database is down, only one thread at a time tries to connect; the others fail at once.
 */
static bool
may_try(struct db_pool *pool, struct error *err)
{
	int64_t now = clock_steady_ms();
	bool may;

	pthread_mutex_lock(&pool->mutex);
	may = breaker_admits(&pool->down, now);
	if (may)
		breaker_enter(&pool->down, now);
	else
		*err = pool->why;
	pthread_mutex_unlock(&pool->mutex);
	return may;
}

static bool
reopen(
    struct db_pool *pool, struct db_connection *connection, int64_t deadline_ms, struct error *err)
{
	bool ok;

	/* Connecting takes time: if the deadline is too near, leave it to another thread. */
	if (deadline_ms - clock_steady_ms() < pool->timeout_ms / 2)
		return refuse_busy(pool, err);
	if (!may_try(pool, err))
		return false;
	ok = connection_open(connection, pool->url, pool->timeout_ms, deadline_ms, err);
	pthread_mutex_lock(&pool->mutex);
	connection->open = ok;
	if (ok) {
		breaker_succeeded(&pool->down);
	} else {
		breaker_failed(&pool->down, clock_steady_ms());
		pool->why = *err;
	}
	pthread_mutex_unlock(&pool->mutex);
	return ok;
}

/* True if the database is down, but some connections are open. Without this test, a thread whose
 * deadline is too near to connect would get the same closed connection again and again. */
static bool
are_others(struct db_pool *pool)
{
	bool any = false;

	pthread_mutex_lock(&pool->mutex);
	for (size_t i = 0; i < pool->size && pool->down.open && !any; i++)
		any = pool->connections[i].open;
	pthread_mutex_unlock(&pool->mutex);
	return any;
}

/* If no connection can be opened, wait for one that is lent. */
struct db_connection *
pool_borrow(struct db_pool *pool, int64_t deadline_ms, struct error *err)
{
	struct db_connection *connection;

	do {
		connection = acquire(pool, deadline_ms, err);
		if (connection == NULL || connection_usable(connection))
			return connection;
		connection_close(connection);
		if (reopen(pool, connection, deadline_ms, err))
			return connection;
		pool_return(pool, connection, CONNECTION_UNUSED);
	} while (are_others(pool));
	return NULL;
}

void
pool_return(struct db_pool *pool, struct db_connection *connection, enum connection_use use)
{
	bool hung;

	pthread_mutex_lock(&pool->mutex);
	if (use == CONNECTION_ANSWERED)
		breaker_succeeded(&pool->hung);
	else if (pool->hung.open || (use == CONNECTION_TIMED_OUT && !has_idle(pool)))
		breaker_failed(&pool->hung, clock_steady_ms());
	hung = pool->hung.open;
	connection->busy = false;
	connection->open = connection->pg != NULL;
	pthread_mutex_unlock(&pool->mutex);
	/* Signal after unlocking: otherwise the thread that wakes up would wait for the mutex. */
	if (hung)
		pthread_cond_broadcast(&pool->returned);
	else
		pthread_cond_signal(&pool->returned);
}

int64_t
pool_deadline(const struct db_pool *pool)
{
	return clock_steady_ms() + pool->timeout_ms + GRACE_MS;
}

/* --- Opening --- */

struct db_pool *
db_pool_open(const char *url, int size, int64_t timeout_ms, struct error *err)
{
	struct db_pool *pool = calloc(1, sizeof(*pool));
	struct db_connection *first;
	pthread_condattr_t attributes;

	if (pool == NULL || (pool->url = strdup(url)) == NULL ||
	    (pool->connections = calloc((size_t)size, sizeof(*pool->connections))) == NULL)
		log_fatal("out of memory");
	pool->size = (size_t)size;
	pool->timeout_ms = timeout_ms;
	pool->down = (struct breaker){ .pause_ms = PAUSE_MS, .stale_ms = STALE_MS };
	pool->hung = (struct breaker){ .pause_ms = PAUSE_MS };
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); /* as clock_steady_ms() */
	pthread_cond_init(&pool->returned, &attributes);
	pthread_condattr_destroy(&attributes);
	if ((first = pool_borrow(pool, pool_deadline(pool), err)) == NULL) {
		db_pool_close(pool);
		return NULL;
	}
	pool_return(pool, first, CONNECTION_UNUSED);
	return pool;
}

void
db_pool_close(struct db_pool *pool)
{
	if (pool == NULL)
		return;
	for (size_t i = 0; i < pool->size; i++)
		connection_close(&pool->connections[i]);
	pthread_cond_destroy(&pool->returned);
	pthread_mutex_destroy(&pool->mutex);
	free(pool->connections);
	free(pool->url);
	free(pool);
}
