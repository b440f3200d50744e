#include "db/fetch.h"

#include "db/parts.h"
#include "db/sql.h"

/* The first members of the STATEMENT_args of every statement in this file. */
#define KEY_ARGS(key)                                                        \
	.remote = (key)->remote, .alg = parts_digest_number(&(key)->digest), \
	.digest = parts_digest_bytes(&(key)->digest)

static struct fetch_row
fetch_read(struct fetch_join_row row)
{
	return (struct fetch_row){
		.role = (enum fetch_role)row.role,
		.file = row.file,
		.old_file = row.old_file,
		.received = row.received,
		.size = row.size,
		.error_status = row.error_status,
		.error = row.error,
	};
}

bool
db_fetch_join(struct db *db, const struct fetch_key *key, const char *path, const char *source,
    int64_t size, bool store, const char *owner, struct fetch_row *row, struct error *err)
{
	PGresult *res = fetch_join_query(db,
	    (struct fetch_join_args){ KEY_ARGS(key), .path = path, .source = source, .size = size,
		.store = store, .owner = owner },
	    err);

	if (res != NULL)
		*row = fetch_read(fetch_join_row(res, 0));
	return res != NULL;
}

bool
db_fetch_look(struct db *db, const struct fetch_key *key, struct fetch_row *row, struct error *err)
{
	PGresult *res = fetch_look_query(db, (struct fetch_look_args){ KEY_ARGS(key) }, err);

	if (res != NULL)
		*row = fetch_read(fetch_look_row(res, 0));
	return res != NULL;
}

bool
db_fetch_advance(struct db *db, const struct fetch_key *key, const char *owner, int64_t file,
    int64_t received, bool *mine, struct error *err)
{
	PGresult *res = fetch_advance_query(db,
	    (struct fetch_advance_args){
		KEY_ARGS(key), .owner = owner, .file = file, .received = received },
	    err);

	*mine = res != NULL && fetch_advance_row(res, 0).mine;
	return res != NULL;
}

bool
db_fetch_resize(
    struct db *db, const struct fetch_key *key, const char *owner, int64_t size, struct error *err)
{
	return fetch_resize_query(
	    db, (struct fetch_resize_args){ KEY_ARGS(key), .owner = owner, .size = size }, err);
}

bool
db_fetch_publish(struct db *db, const struct fetch_key *key, const char *owner, int64_t file,
    int64_t size, int64_t *holder, bool *won, struct error *err)
{
	PGresult *res = fetch_publish_query(db,
	    (struct fetch_publish_args){
		KEY_ARGS(key), .owner = owner, .file = file, .size = size },
	    err);

	if (res == NULL)
		return false;
	*won = fetch_publish_row(res, 0).won;
	*holder = fetch_publish_row(res, 0).file;
	return true;
}

bool
db_fetch_fail(struct db *db, const struct fetch_key *key, const char *owner, int status,
    const char *reason, struct error *err)
{
	return fetch_fail_query(db,
		   (struct fetch_fail_args){
		       KEY_ARGS(key), .owner = owner, .status = status, .error = reason },
		   err) != NULL;
}

bool
db_fetch_leave(struct db *db, const struct fetch_key *key, const char *owner, struct error *err)
{
	return fetch_leave_query(
	    db, (struct fetch_leave_args){ KEY_ARGS(key), .owner = owner }, err);
}
