/* Blobs that are being fetched from upstreams (data-model 0, 7): one row for all processes. */
#ifndef DB_FETCH_H
#define DB_FETCH_H

#include "db/query.h"
#include "db/words.h"

/* The blob and the remote repository of a fetch. */
struct fetch_key {
	int remote;
	struct digest digest;
};

struct fetch_row {
	enum fetch_role role;
	int64_t file, old_file, received;
	int64_t size;
	int error_status;  /* HTTP status */
	const char *error; /* reason, for the client */
};

/* Join the fetch, or begin it. owner NULL: only join, FETCH_HOLDER means that it is not running.
 * The caller has verified that the name `path` references the digest, with that size. */
bool db_fetch_join(struct db *, const struct fetch_key *, const char *path, const char *source,
    int64_t size, bool store, const char *owner, struct fetch_row *, struct error *) MUST_CHECK;
/* Get the state of the fetch; FETCH_HOLDER if its lease has expired, so that a process should join
 * again. */
bool db_fetch_look(
    struct db *, const struct fetch_key *, struct fetch_row *, struct error *) MUST_CHECK;
/* Record progress as the lease holder; *mine false: another process holds the lease now. */
bool db_fetch_advance(struct db *, const struct fetch_key *, const char *owner, int64_t file,
    int64_t received, bool *mine, struct error *) MUST_CHECK;
/* As the lease holder: record the size that the upstream reports, if it differs. */
bool db_fetch_resize(struct db *, const struct fetch_key *, const char *owner, int64_t size,
    struct error *) MUST_CHECK;
/* After the bytes are published in `file`. *holder: the file that holds the digest now; if it is
 * not `file`, ours is a duplicate. */
bool db_fetch_publish(struct db *, const struct fetch_key *, const char *owner, int64_t file,
    int64_t size, int64_t *holder, bool *won, struct error *) MUST_CHECK;
/* Fail the fetch; status 0: without a reason for clients. */
bool db_fetch_fail(struct db *, const struct fetch_key *, const char *owner, int status,
    const char *reason, struct error *) MUST_CHECK;
/* Release the lease because this process stops: others may continue at once. */
bool db_fetch_leave(
    struct db *, const struct fetch_key *, const char *owner, struct error *) MUST_CHECK;

#endif
