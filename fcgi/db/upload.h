/* Upload sessions: one row each, which ends when its bytes are a blob (blob.h). */
#ifndef DB_UPLOAD_H
#define DB_UPLOAD_H

#include "db/access_decision.h"
#include "db/query.h"
#include "db/repository.h"

struct upload_row {
	const char *uuid;
	int64_t image, file, received;
	bool has_digest; /* digest_so_far covers `received` bytes */
	struct digest digest;
	enum digest_algorithm algorithm; /* of the running hash */
	bool is_sealed; /* its file has the name of that blob, or may be renamed to it */
	struct digest sealed;
	bool committed; /* it ended with the blob `sealed`; only received and image still count */
};

/* Open a session; a missing image row is inserted. file is a new id from the sequence. NULL: the
 * account has `limit` open pushes already (0: no limit). */
bool db_upload_start(struct db *, const struct target *, const char *name, int account,
    int64_t limit, enum digest_algorithm, struct upload_row **, struct error *) MUST_CHECK;
/* Find the principal's own session under that key and name, open or committed within a day, and
 * check the right to push; NULL: unknown. */
bool db_upload_find(struct db *, const char *key, const char *name, const char *uuid,
    const struct principal *, struct access_decision *, struct target *, struct upload_row **,
    struct error *) MUST_CHECK;
/* Compare and swap: set `received` of a session that has not been sealed since. digest NULL:
 * unknown from here on. *won false: another request was faster. */
bool db_upload_advance(struct db *, const struct upload_row *, int64_t received,
    const struct digest *, bool *won, struct error *) MUST_CHECK;
/* End the session; maintenance removes its file if the caller does not. */
bool db_upload_end(struct db *, const struct upload_row *, bool *found, struct error *) MUST_CHECK;
/* Record the digest of the file before it is renamed. */
bool db_upload_seal(struct db *, const struct upload_row *, const struct digest *, bool *found,
    struct error *) MUST_CHECK;

#endif
