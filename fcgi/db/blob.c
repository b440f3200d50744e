#include "db/blob.h"

#include "db/parts.h"

/* $4 name, $5 digest, $6 its algorithm. The blob is looked for once, not for each leaf. */
/* clang-format off */
#define BLOB_FIND(with)                                                                            \
	"WITH " SQL_ME ", " SQL_ROOT ", "                                                          \
	"b AS MATERIALIZED (SELECT id, size, file_id FROM blob"                                    \
	"  WHERE digest = $5 AND alg = $6::smallint AND NOT bad),"                                 \
	"hit AS MATERIALIZED (SELECT l.leaf_id, b.id, b.size, b.file_id"                           \
	"  FROM me, root JOIN repository_leaf l ON l.root_id = root.id"                            \
	"    JOIN image i ON i.path = " SQL_PATH " AND i.repository_id = l.leaf_id"                \
	"    JOIN b ON true JOIN image_blob ib ON ib.image_id = i.id AND ib.blob_id = b.id"        \
	"  WHERE me.valid AND " SQL_FITS(SQL_PATH) " AND " SQL_READABLE(SQL_PATH)                  \
	"  ORDER BY " SQL_ORDER " LIMIT 1)"                                                        \
	with                                                                                       \
	"SELECT " SQL_STANDING ","                                                                 \
	"  CASE WHEN hit.leaf_id IS NOT NULL THEN true ELSE " SQL_READABLE_ANYWHERE " END,"        \
	"  hit.id, hit.size, hit.file_id, r.key, hit.leaf_id IS NULL AND " SQL_HAS_REMOTE          \
	" FROM me LEFT JOIN root ON true LEFT JOIN hit ON true"                                    \
	"   LEFT JOIN repository r ON r.id = hit.leaf_id"
/* clang-format on */

static const struct statement blob_find = {
	.name = "blob_find",
	.nparams = 6,
	.sql = BLOB_FIND(""),
	.again = true,
};

/* Who may push will name what was found: the collector leaves it alone for another day. */
static const struct statement blob_find_keep = {
	.name = "blob_find_keep",
	.nparams = 6,
	.sql = BLOB_FIND(
	    ", kept AS (UPDATE gc_blob SET due = now() + grace()"
	    "  WHERE blob_id = (SELECT id FROM hit) AND due < now() + interval '1 hour')"),
	.again = true,
};

static const struct statement blob_mount = {
	.name = "blob_mount",
	.nparams = 8,
	.sql = "SELECT blob_mount($1, $2, $3, $4, $5, $6, $7, $8)",
	.again = true,
};

static const struct statement blob_delete = {
	.name = "blob_delete",
	.nparams = 4 + ACTOR_PARAMS,
	.sql = "SELECT blob_delete($1, $2, $3, $4, $5, $6, $7, $8)",
};

static const struct statement blob_publish = {
	.name = "blob_publish",
	.nparams = 6,
	.sql = "SELECT won, file FROM blob_publish($1, $2, $3, $4, $5, $6)",
	.again = true,
};

static const struct statement blob_replace = {
	.name = "blob_replace",
	.nparams = 6,
	.sql = "SELECT blob_replace($1, $2, $3, $4, $5, $6)",
};

static const struct statement blob_page = {
	.name = "blob_page",
	.nparams = 2,
	.sql =
	    "SELECT id, file_id, size, bad, alg, digest FROM blob WHERE id > $1 ORDER BY id LIMIT $2::bigint",
	.again = true,
};

/* $1 id, $2 file, $3 bad, $4 size */
static const struct statement blob_judge = {
	.name = "blob_judge",
	.nparams = 4,
	.sql = "UPDATE blob SET bad = $3, size = $4 WHERE id = $1 AND file_id = $2",
	.again = true,
};

/* $1 file ids, $2 algorithms, 0 for a file in uploads/, $3 digests. In the numbers of enum
 * file_owner. An open session owns its file under any digest: loss of power may have cost the row
 * the one it was sealed with, and the client may go on. */
static const struct statement file_owners = {
	.name = "file_owners",
	.nparams = 3,
	.sql = "SELECT CASE WHEN EXISTS (SELECT FROM blob b WHERE b.file_id = f.id"
	       "     AND b.alg = f.alg AND b.digest = f.digest) THEN 1"
	       "   WHEN EXISTS (SELECT FROM upload u WHERE u.file_id = f.id)"
	       "     OR EXISTS (SELECT FROM blob_fetch t WHERE t.file_id = f.id) THEN 2"
	       "   WHEN EXISTS (SELECT FROM gc_unlink g WHERE g.file_id = f.id"
	       "     AND (f.alg = 0 OR (g.alg = f.alg AND g.digest = f.digest))) THEN 3"
	       "   WHEN f.id > (SELECT last_value FROM file_id) THEN 4 ELSE 0 END"
	       " FROM unnest($1::bigint[], $2::int[], $3::bytea[])"
	       "   WITH ORDINALITY AS f (id, alg, digest, place) ORDER BY f.place",
	.again = true,
};

const struct statement *const blob_statements[] = { &blob_find, &blob_find_keep, &blob_mount,
	&blob_delete, &blob_publish, &blob_replace, &blob_page, &blob_judge, &file_owners, NULL };

bool
db_blob_find(struct db *db, const char *key, const char *name, const struct digest *digest,
    const struct viewer *viewer, bool push, struct standing *standing, struct blob_row **out,
    bool *ask, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, viewer->account),
		param_int(db, viewer->epoch), param_text(name), param_digest(digest),
		param_int(db, digest->algorithm) };
	PGresult *res = db_query(db, push ? &blob_find_keep : &blob_find, params, err);

	*out = NULL;
	if (res == NULL)
		return false;
	standing_read(res, standing);
	*ask = row_bool(res, 0, 8);
	if (row_null(res, 0, 4))
		return true;
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = (struct blob_row){
		.digest = *digest,
		.id = row_int(res, 0, 4),
		.size = row_int(res, 0, 5),
		.file = row_int(res, 0, 6),
		.repository = row_text(res, 0, 7),
	};
	return true;
}

bool
db_blob_mount(struct db *db, const char *key, const char *from, const struct target *target,
    const char *name, const struct digest *digest, const struct viewer *viewer, bool *found,
    struct error *err)
{
	const struct param params[] = { param_text(key), param_text(from),
		param_int(db, viewer->account), param_int(db, viewer->epoch),
		param_int(db, target->repository), param_text(name),
		param_int(db, digest->algorithm), param_digest(digest) };
	PGresult *res = db_query(db, &blob_mount, params, err);

	*found = res != NULL && row_bool(res, 0, 0);
	return res != NULL;
}

bool
db_blob_delete(struct db *db, const struct target *target, const char *name,
    const struct digest *digest, const struct actor *actor, enum blob_delete_outcome *outcome,
    struct error *err)
{
	struct param params[4 + ACTOR_PARAMS] = { param_int(db, target->repository),
		param_text(name), param_int(db, digest->algorithm), param_digest(digest) };
	PGresult *res;

	actor_params(db, actor, params + 4);
	if ((res = db_query(db, &blob_delete, params, err)) == NULL)
		return false;
	*outcome = (enum blob_delete_outcome)row_int(res, 0, 0);
	return true;
}

bool
db_blob_publish(struct db *db, const struct upload_row *row, const struct digest *digest,
    int64_t size, int64_t *file, bool *won, struct error *err)
{
	const struct param params[] = { param_text(row->uuid), param_int(db, row->image),
		param_int(db, row->file), param_int(db, digest->algorithm), param_digest(digest),
		param_int(db, size) };
	PGresult *res = db_query(db, &blob_publish, params, err);

	if (res == NULL)
		return false;
	*won = row_bool(res, 0, 0);
	*file = row_int(res, 0, 1);
	return true;
}

bool
db_blob_replace(struct db *db, const struct digest *digest, int64_t lost, bool missing,
    int64_t file, int64_t size, bool *done, struct error *err)
{
	const struct param params[] = { param_int(db, digest->algorithm), param_digest(digest),
		param_int(db, lost), param_bool(missing), param_int(db, file),
		param_int(db, size) };
	PGresult *res = db_query(db, &blob_replace, params, err);

	*done = res != NULL && row_bool(res, 0, 0);
	return res != NULL;
}

/* --- For the check --- */

bool
db_blob_page(struct db *db, int64_t after, int limit, struct file_row **out, size_t *count,
    struct error *err)
{
	const struct param params[] = { param_int(db, after), param_int(db, limit) };
	PGresult *res = db_query(db, &blob_page, params, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		struct file_row *row = &(*out)[i];

		row->id = row_int(res, (int)i, 0);
		row->file = row_int(res, (int)i, 1);
		row->size = row_int(res, (int)i, 2);
		row->bad = row_bool(res, (int)i, 3);
		row->has_digest = true;
		if (!row_digest(res, (int)i, 4, 5, &row->digest)) {
			error_set(err, ERROR_INTERNAL, NULL);
			return error_cause(err, "blob_page: impossible digest");
		}
	}
	return true;
}

bool
db_blob_judge(struct db *db, const struct file_row *row, bool bad, int64_t size, struct error *err)
{
	const struct param params[] = { param_int(db, row->id), param_int(db, row->file),
		param_bool(bad), param_int(db, size) };

	return db_query(db, &blob_judge, params, err) != NULL;
}

bool
db_file_owners(struct db *db, const struct file_row *files, size_t count, enum file_owner *owners,
    struct error *err)
{
	int64_t *ids = arena_array(db->arena, count, sizeof(*ids));
	int64_t *algorithms = arena_array(db->arena, count, sizeof(*algorithms));
	struct digest *digests = arena_array(db->arena, count, sizeof(*digests));
	PGresult *res;

	for (size_t i = 0; i < count; i++) {
		ids[i] = files[i].file;
		algorithms[i] = files[i].has_digest ? files[i].digest.algorithm : 0;
		digests[i] = files[i].has_digest ? files[i].digest
						 : (struct digest){ .algorithm = DIGEST_SHA256 };
	}
	res = db_query(db, &file_owners,
	    (const struct param[]){ param_ints(db, ids, count), param_ints(db, algorithms, count),
		param_digests(db, digests, count) },
	    err);
	if (res == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		owners[i] = (enum file_owner)row_int(res, (int)i, 0);
	return true;
}
