/* Blobs on their way from upstreams (data-model 0, 7): one row for all processes. */
#ifndef DB_FETCH_H
#define DB_FETCH_H

#include "db/query.h"

/* Which blob, of which remote. */
struct fetch_key {
	int remote;
	struct digest digest;
};

enum fetch_role {
	FETCH_OWN, /* fetch it into `file`, first copying `received` bytes of `old_file` if that is
		      not 0 */
	FETCH_FOLLOW, /* it is under way in `file`, up to `received` */
	FETCH_STORED, /* the blob is here, in `file`, and the name that asked may serve it */
	FETCH_FAILED  /* it has just failed */
};

struct fetch_row {
	enum fetch_role role;
	int64_t file, old_file, received;
	int64_t size;
	int error_status;  /* an HTTP status */
	const char *error; /* its reason, for the client */
};

/* Join the fetch, or begin it; owner NULL: only join, FETCH_OWN says that there is none to join.
 * The name `path` was proven to show the digest, of that size. */
bool db_fetch_join(struct db *, const struct fetch_key *, const char *path, const char *source,
    int64_t size, bool store, const char *owner, struct fetch_row *, struct error *) MUST_CHECK;
/* Look how it is: FETCH_OWN when its owner is silent and somebody should join anew. */
bool db_fetch_look(
    struct db *, const struct fetch_key *, struct fetch_row *, struct error *) MUST_CHECK;
/* As its owner; *mine false: another has taken over. */
bool db_fetch_advance(struct db *, const struct fetch_key *, const char *owner, int64_t file,
    int64_t received, bool *mine, struct error *) MUST_CHECK;
/* As its owner: the upstream says that the blob has another size. */
bool db_fetch_resize(struct db *, const struct fetch_key *, const char *owner, int64_t size,
    struct error *) MUST_CHECK;
/* The bytes lie published in `file`. *holder: the file that holds the digest now; another than
 * `file` means that ours lost. */
bool db_fetch_publish(struct db *, const struct fetch_key *, const char *owner, int64_t file,
    int64_t size, int64_t *holder, bool *won, struct error *) MUST_CHECK;
/* Give up; status 0: without a reason to tell. */
bool db_fetch_fail(struct db *, const struct fetch_key *, const char *owner, int status,
    const char *reason, struct error *) MUST_CHECK;
/* This process stops: others may go on at once. */
bool db_fetch_leave(
    struct db *, const struct fetch_key *, const char *owner, struct error *) MUST_CHECK;

#endif
