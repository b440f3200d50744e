/* Upload sessions (blob.h). */
#include "db/blob.h"
#include "base/uuid.h"
#include "db/parts.h"

#define COLUMNS                                                                  \
	"u.id::text, u.image_id, u.file_id, u.received, u.alg, u.digest_so_far," \
	" u.sealed_alg, u.sealed_digest"

/* A session begun twice is a row that expires. */
static const struct statement upload_start = {
	.name = "upload_start",
	.nparams = 5,
	.sql = "SELECT " COLUMNS " FROM upload_start($1, $2, $3, $4, $5) u",
	.again = true,
};

/* $4 name, $5 uuid. The session of this account, of this image, at the target of this key; nobody
 * else's. */
static const struct statement upload_find = {
	.name = "upload_find",
	.nparams = 5,
	.sql = "WITH " SQL_ME ", " SQL_ROOT ", " SQL_TARGET "SELECT " SQL_TARGET_COLUMNS(
	    "2") ", " COLUMNS " FROM me LEFT JOIN root ON true LEFT JOIN target ON true"
		 "   LEFT JOIN upload u ON u.id = $5::uuid AND u.image_id = target.image_id AND u.account = $2 AND target.actions & 2 = 2",
	.again = true,
};

/* $1 uuid, $2 received until now, $3 received from now on, $4 digest of that, $5 sealed until now
 */
static const struct statement upload_advance = {
	.name = "upload_advance",
	.nparams = 5,
	.sql =
	    "UPDATE upload SET received = $3, digest_so_far = $4, touched_at = now()"
	    " WHERE id = $1 AND received = $2 AND sealed_digest IS NOT DISTINCT FROM $5 RETURNING true",
};

static const struct statement upload_end = {
	.name = "upload_end",
	.nparams = 1,
	.sql = "SELECT upload_end($1)",
};

static const struct statement upload_seal = {
	.name = "upload_seal",
	.nparams = 3,
	.sql = "SELECT upload_seal($1, $2, $3)",
	.again = true,
};

const struct statement *const upload_statements[] = { &upload_start, &upload_find, &upload_advance,
	&upload_end, &upload_seal, NULL };

static struct upload_row *
upload_read(struct db *db, const PGresult *res, int column)
{
	struct upload_row *row = arena_alloc(db->arena, sizeof(*row));

	*row = (struct upload_row){
		.uuid = row_text(res, 0, column),
		.image = row_int(res, 0, column + 1),
		.file = row_int(res, 0, column + 2),
		.received = row_int(res, 0, column + 3),
		.algorithm = (enum digest_algorithm)row_int(res, 0, column + 4),
	};
	row->has_digest = !row_null(res, 0, column + 5) &&
			  row_digest(res, 0, column + 4, column + 5, &row->digest);
	row->is_sealed = !row_null(res, 0, column + 7) &&
			 row_digest(res, 0, column + 6, column + 7, &row->sealed);
	return row;
}

bool
db_upload_start(struct db *db, const struct target *target, const char *name, int account,
    int64_t most, enum digest_algorithm algorithm, struct upload_row **out, struct error *err)
{
	const struct param params[] = { param_int(db, target->repository), param_text(name),
		param_int(db, account), param_int(db, algorithm), param_int(db, most) };
	PGresult *res = db_query(db, &upload_start, params, err);

	if (res == NULL)
		return false;
	*out = row_null(res, 0, 0) ? NULL : upload_read(db, res, 0);
	return true;
}

bool
db_upload_find(struct db *db, const char *key, const char *name, const char *uuid,
    const struct viewer *viewer, struct standing *standing, struct target *target,
    struct upload_row **out, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, viewer->account),
		param_int(db, viewer->epoch), param_text(name),
		param_text(uuid_check(uuid) ? uuid : NULL) };
	PGresult *res = db_query(db, &upload_find, params, err);

	*out = NULL;
	if (res == NULL)
		return false;
	standing_read(res, standing);
	*target = target_read(res);
	if (!row_null(res, 0, 9))
		*out = upload_read(db, res, 9);
	return true;
}

bool
db_upload_advance(struct db *db, const struct upload_row *row, int64_t received,
    const struct digest *digest, bool *won, struct error *err)
{
	const struct param params[] = { param_text(row->uuid), param_int(db, row->received),
		param_int(db, received), param_digest(digest),
		param_digest(row->is_sealed ? &row->sealed : NULL) };
	PGresult *res = db_query(db, &upload_advance, params, err);

	*won = res != NULL && PQntuples(res) == 1;
	return res != NULL;
}

bool
db_upload_end(struct db *db, const struct upload_row *row, bool *found, struct error *err)
{
	const struct param params[] = { param_text(row->uuid) };
	PGresult *res = db_query(db, &upload_end, params, err);

	*found = res != NULL && row_bool(res, 0, 0);
	return res != NULL;
}

bool
db_upload_seal(struct db *db, const struct upload_row *row, const struct digest *digest,
    bool *found, struct error *err)
{
	const struct param params[] = { param_text(row->uuid), param_int(db, digest->algorithm),
		param_digest(digest) };
	PGresult *res = db_query(db, &upload_seal, params, err);

	*found = res != NULL && row_bool(res, 0, 0);
	return res != NULL;
}
