#include "db/manifest.h"

#include "db/parts.h"

/*
 * The content a leaf holds, best leaf first; `content` joins it to an image i. $4 name, $5 payload
 * wanted. On a hit the right is proven; only a miss asks for it. What a leaf holds is found before
 * anybody asks whether it must be silent, which costs as much as all the rest. An upstream may know
 * more of a miss, of what is stale, and of what is found behind a priority remote.
 */
/* clang-format off */
#define MANIFEST_FIND(with, content, manifest_id, updated_at, fits, silent, order, stale)          \
	"WITH " SQL_ME ", " SQL_ROOT ", " with                                                     \
	"held AS MATERIALIZED (SELECT l.leaf_id, l.class, l.rank, l.ord, i.id AS image_id, "       \
	    manifest_id " AS manifest_id, " updated_at " AS updated_at"                            \
	"  FROM me, root JOIN repository_leaf l ON l.root_id = root.id"                            \
	"    JOIN image i ON i.path = " SQL_PATH " AND i.repository_id = l.leaf_id "               \
	     content                                                                               \
	"  WHERE me.valid AND " fits " AND " SQL_READABLE(SQL_PATH) "),"                           \
	"hit AS MATERIALIZED (SELECT l.* FROM root, held l WHERE NOT " silent                      \
	"  ORDER BY " order " LIMIT 1)"                                                            \
	"SELECT " SQL_STANDING ","                                                                 \
	"  CASE WHEN hit.leaf_id IS NOT NULL THEN true ELSE " SQL_READABLE_ANYWHERE " END,"        \
	"  m.alg, m.digest, t.name, m.size, r.key, CASE WHEN $5::boolean THEN m.payload END,"      \
	"  CASE WHEN hit.leaf_id IS NULL THEN " SQL_HAS_REMOTE                                     \
	"    ELSE " stale " OR (hit.rank <> 0 AND " SQL_HAS_PRIORITY_REMOTE ") END,"               \
	"  hit.leaf_id, hit.class, hit.rank = 0, " stale                                           \
	" FROM me LEFT JOIN root ON true LEFT JOIN hit ON true"                                    \
	"   LEFT JOIN manifest m ON m.id = hit.manifest_id"                                        \
	"   LEFT JOIN media_type t ON t.id = m.media_type"                                         \
	"   LEFT JOIN repository r ON r.id = hit.leaf_id"

/* $6 tag. A cached tag is trusted for a time; and a priority remote's upstream goes before
 * other members. */
static const struct statement manifest_by_tag = {
	.name = "manifest_by_tag",
	.nparams = 6,
	.sql = MANIFEST_FIND("",
	    "JOIN tag ON tag.image_id = i.id AND tag.name = $6", "tag.manifest_id", "tag.updated_at",
	    SQL_FITS_TAG(SQL_PATH, "$6"), SQL_SHADOWED,
	    "l.rank <> 0, CASE WHEN root.by_timestamp THEN l.updated_at END DESC, l.class, l.ord",
	    "(hit.class = 2 AND NOT EXISTS (SELECT FROM remote_reference rr"
	    "   WHERE rr.image_id = hit.image_id AND rr.tag = $6 AND rr.fresh_until > now()))"),
	.again = true,
};

/* $6 digest, $7 its algorithm. Content cannot be stale. */
static const struct statement manifest_by_digest = {
	.name = "manifest_by_digest",
	.nparams = 7,
	.sql = MANIFEST_FIND(
	    "c AS MATERIALIZED (SELECT id FROM manifest WHERE digest = $6 AND alg = $7::smallint), ",
	    "JOIN c ON true JOIN image_manifest im ON im.image_id = i.id AND im.manifest_id = c.id",
	    "c.id", "NULL::timestamptz", SQL_FITS(SQL_PATH), "false", SQL_ORDER, "false"),
	.again = true,
};
/* clang-format on */

static const struct statement manifest_put = {
	.name = "manifest_put",
	.nparams = 26,
	.sql =
	    "SELECT outcome, missing_alg, missing_digest, real_size FROM manifest_put($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
	    " $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)",
	.again = true,
};

static const struct statement manifest_delete = {
	.name = "manifest_delete",
	.nparams = 4 + ACTOR_PARAMS,
	.sql =
	    "SELECT deleted, holder, holder_tag FROM manifest_delete($1, $2, $3, $4, $5, $6, $7, $8)",
};

static const struct statement tag_delete = {
	.name = "tag_delete",
	.nparams = 3 + ACTOR_PARAMS,
	.sql = "SELECT tag_delete($1, $2, $3, $4, $5, $6, $7)",
};

/* clang-format off */

/* The images of a name that the viewer may read. $4 name */
#define IMAGES                                                                                     \
	"images AS MATERIALIZED (SELECT DISTINCT i.id"                                             \
	"  FROM me, root JOIN repository_leaf l ON l.root_id = root.id"                            \
	"    JOIN image i ON i.path = " SQL_PATH " AND i.repository_id = l.leaf_id"                \
	"  WHERE me.valid AND " SQL_FITS(SQL_PATH) " AND " SQL_READABLE(SQL_PATH) ")"

/* $5 after, $6 limit. Enough of each image for the whole page; and what upstreams listed. The name
 * is known by what is under it, or by a tag that a pattern lets in although it keeps the name out.
 */
static const struct statement tags_list = {
	.name = "tags_list",
	.nparams = 6,
	.sql =
	    "WITH " SQL_ME ", " SQL_ROOT ", "
	    "l AS MATERIALIZED (SELECT l.leaf_id, l.include_re, l.exclude_re, " SQL_PATH " AS path, i.id"
	    "  FROM me, root JOIN repository_leaf l ON l.root_id = root.id"
	    "    LEFT JOIN image i ON i.path = " SQL_PATH " AND i.repository_id = l.leaf_id"
	    "  WHERE me.valid AND (i.id IS NOT NULL OR l.class = 2)"
	    "    AND " SQL_READABLE(SQL_PATH) " AND NOT " SQL_SHADOWED "),"
	    "names AS (SELECT DISTINCT t.name FROM l, LATERAL (SELECT name FROM tag"
	    "     WHERE image_id = l.id AND name > $5 AND " SQL_FITS_TAG("l.path", "name")
	    "     ORDER BY name LIMIT $6::bigint) t"
	    "   UNION SELECT t.name FROM l"
	    "     JOIN remote_tags rt ON rt.repository_id = l.leaf_id AND rt.path = l.path,"
	    "     unnest(rt.tags) t (name)"
	    "   WHERE t.name > $5 AND " SQL_FITS_TAG("l.path", "t.name")
	    "   ORDER BY name LIMIT $6),"
	    "known AS MATERIALIZED (SELECT EXISTS (SELECT FROM l WHERE " SQL_FITS("l.path")
	    "    AND (EXISTS (SELECT FROM image_manifest im WHERE im.image_id = l.id)"
	    "      OR EXISTS (SELECT FROM remote_tags rt"
	    "        WHERE rt.repository_id = l.leaf_id AND rt.path = l.path)))"
	    "  OR EXISTS (SELECT FROM l JOIN tag t ON t.image_id = l.id"
	    "    AND " SQL_FITS_TAG("l.path", "t.name") ") AS known)"
	    "SELECT " SQL_STANDING ", known.known OR " SQL_READABLE_ANYWHERE ","
	    "  known.known, names.name, " SQL_HAS_REMOTE
	    " FROM me LEFT JOIN root ON true LEFT JOIN names ON true, known ORDER BY names.name",
	.again = true,
};

/*
 * $5 subject, $6 its algorithm, $7 artifact type, $8 and $9 digest and algorithm to continue after,
 * $10 limit, $11 bytes: descriptors carry annotations of up to 4 MiB each. One there is in any case.
 */
static const struct statement referrers_list = {
	.name = "referrers_list",
	.nparams = 11,
	.sql =
	    "WITH " SQL_ME ", " SQL_ROOT ", " IMAGES ", "
	    "found AS (SELECT DISTINCT ON (m.alg, m.digest) m.alg, m.digest, ir.descriptor"
	    "  FROM images JOIN image_referrer ir"
	    "      ON ir.image_id = images.id AND ir.subject = $5 AND ir.subject_alg = $6::smallint"
	    "    JOIN manifest m ON m.id = ir.manifest_id"
	    "    LEFT JOIN media_type t ON t.id = ir.artifact_type"
	    "  WHERE ($7::text IS NULL OR t.name = $7)"
	    "    AND ($8::bytea IS NULL OR (m.alg, m.digest) > ($9::smallint, $8))"
	    "  ORDER BY m.alg, m.digest LIMIT $10::bigint),"
	    "page AS (SELECT found.*, row_number() OVER w AS place,"
	    "   sum(octet_length(descriptor) + 1) OVER w AS bytes FROM found"
	    "  WINDOW w AS (ORDER BY alg, digest))"
	    "SELECT " SQL_STANDING ", " SQL_READABLE_ANYWHERE ","
	    "  page.descriptor, digest_text(page.alg, page.digest), (SELECT count(*) FROM found)"
	    " FROM me LEFT JOIN root ON true"
	    "   LEFT JOIN page ON page.place = 1 OR page.bytes <= $11::bigint"
	    " ORDER BY page.alg, page.digest",
	.again = true,
};
/* clang-format on */

const struct statement *const manifest_statements[] = { &manifest_by_tag, &manifest_by_digest,
	&manifest_put, &manifest_delete, &tag_delete, &tags_list, &referrers_list, NULL };

static bool
corrupt(struct error *err, const char *what)
{
	error_set(err, ERROR_INTERNAL, NULL);
	return error_cause(err, "%s: the database holds an impossible digest", what);
}

/* --- Finding --- */

bool
db_manifest_find(struct db *db, const char *key, const char *name,
    const struct reference *reference, const struct viewer *viewer, bool payload,
    struct standing *standing, struct manifest_row **out, bool *ask, struct error *err)
{
	bool by_tag = reference->tag != NULL;
	const struct param params[] = {
		param_text(key),
		param_int(db, viewer->account),
		param_int(db, viewer->epoch),
		param_text(name),
		param_bool(payload),
		by_tag ? param_text(reference->tag) : param_digest(&reference->digest),
		param_int(db, reference->digest.algorithm),
	};
	PGresult *res = db_query(db, by_tag ? &manifest_by_tag : &manifest_by_digest, params, err);

	*out = NULL;
	if (res == NULL)
		return false;
	standing_read(res, standing);
	*ask = row_bool(res, 0, 10);
	if (row_null(res, 0, 5))
		return true;
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = (struct manifest_row){
		.media_type = row_text(res, 0, 6),
		.size = row_int(res, 0, 7),
		.repository = row_text(res, 0, 8),
		.payload = row_bytes(res, 0, 9),
		.leaf = (int)row_int(res, 0, 11),
		.remote = row_int(res, 0, 12) == REPOSITORY_REMOTE,
		.priority = row_bool(res, 0, 13),
		.stale = row_bool(res, 0, 14),
	};
	return row_digest(res, 0, 4, 5, &(*out)->digest) || corrupt(err, "manifest");
}

/* --- Pushing --- */

static PGresult *
put(struct db *db, const struct manifest_put *put, struct error *err)
{
	const struct manifest *manifest = put->manifest;
	struct param actor[ACTOR_PARAMS], params[26];

	actor_params(db, put->actor, actor);
	params[0] = param_text(put->key);
	params[1] = param_text(put->name);
	params[2] = param_int(db, put->target->repository);
	params[3] = param_int(db, put->viewer->account);
	params[4] = param_int(db, put->viewer->epoch);
	params[5] = actor[1];
	params[6] = actor[2];
	params[7] = actor[3];
	digest_params(db, put->digest, &params[8], &params[9]);
	params[10] = param_bytes(put->payload);
	params[11] = param_text(manifest->media_type);
	params[12] = param_text(manifest->artifact_type);
	descriptor_params(db, manifest->blobs, manifest->blob_count, &params[13], &params[14],
	    &params[16], &params[15]);
	descriptor_params(db, manifest->children, manifest->child_count, &params[17], &params[18],
	    &params[19], NULL);
	digest_params(
	    db, manifest->has_subject ? &manifest->subject : NULL, &params[20], &params[21]);
	params[22] = param_text(put->referrer);
	params[23] = param_texts(db, put->tags, put->tag_count);
	digest_params(db, put->expected, &params[24], &params[25]);
	return db_query(db, &manifest_put, params, err);
}

bool
db_manifest_put(struct db *db, const struct manifest_put *order, enum manifest_put_outcome *outcome,
    struct digest **missing, size_t *missing_count, int64_t *size, struct error *err)
{
	PGresult *res = put(db, order, err);

	if (res == NULL)
		return false;
	*outcome = (enum manifest_put_outcome)row_int(res, 0, 0);
	*missing = NULL;
	*missing_count = 0;
	if (*outcome != MANIFEST_PUT_MISSING && *outcome != MANIFEST_PUT_SIZE)
		return true;
	*size = row_int(res, 0, 3);
	*missing_count = (size_t)PQntuples(res);
	*missing = arena_array(db->arena, *missing_count, sizeof(**missing));
	for (size_t i = 0; i < *missing_count; i++)
		if (!row_digest(res, (int)i, 1, 2, &(*missing)[i]))
			return corrupt(err, "manifest_put");
	return true;
}

/* --- Deleting --- */

bool
db_manifest_delete(struct db *db, const struct target *target, const char *name,
    const struct digest *digest, const struct actor *actor, bool *found,
    struct manifest_holder *holder, struct error *err)
{
	struct param params[4 + ACTOR_PARAMS] = { param_int(db, target->repository),
		param_text(name), param_int(db, digest->algorithm), param_digest(digest) };
	PGresult *res;

	actor_params(db, actor, params + 4);
	if ((res = db_query(db, &manifest_delete, params, err)) == NULL)
		return false;
	*found = row_bool(res, 0, 0);
	*holder = (struct manifest_holder){ row_text(res, 0, 1), row_text(res, 0, 2) };
	return true;
}

bool
db_tag_delete(struct db *db, const struct target *target, const char *name, const char *tag,
    const struct actor *actor, bool *found, struct error *err)
{
	struct param params[3 + ACTOR_PARAMS] = { param_int(db, target->repository),
		param_text(name), param_text(tag) };
	PGresult *res;

	actor_params(db, actor, params + 3);
	res = db_query(db, &tag_delete, params, err);
	*found = res != NULL && row_bool(res, 0, 0);
	return res != NULL;
}

/* --- Listing --- */

bool
db_tags_list(struct db *db, const char *key, const char *name, const struct viewer *viewer,
    const char *last, int limit, struct standing *standing, bool *known, bool *ask,
    const char ***tags, size_t *count, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, viewer->account),
		param_int(db, viewer->epoch), param_text(name),
		param_text(last == NULL ? "" : last), param_int(db, limit) };
	PGresult *res = db_query(db, &tags_list, params, err);

	if (res == NULL)
		return false;
	standing_read(res, standing);
	*known = row_bool(res, 0, 4);
	*ask = row_bool(res, 0, 6);
	*count = texts_read(db, res, 5, tags);
	return true;
}

bool
db_referrers_list(struct db *db, const char *key, const char *name, const struct digest *subject,
    const char *artifact_type, const struct viewer *viewer, const char *last, int limit,
    int64_t bytes, struct standing *standing, const char ***descriptors, const char ***digests,
    size_t *count, bool *more, struct error *err)
{
	struct digest after = { 0 };
	struct param params[11] = { param_text(key), param_int(db, viewer->account),
		param_int(db, viewer->epoch), param_text(name), param_digest(subject),
		param_int(db, subject->algorithm), param_text(artifact_type) };
	bool continued = last != NULL && *last != '\0';
	PGresult *res;

	if (continued && !digest_parse(&after, last, err))
		return false;
	digest_params(db, continued ? &after : NULL, &params[8], &params[7]);
	params[9] = param_int(db, (int64_t)limit + 1); /* to see whether the list goes on */
	params[10] = param_int(db, bytes);
	if ((res = db_query(db, &referrers_list, params, err)) == NULL)
		return false;
	standing_read(res, standing);
	*count = texts_read(db, res, 4, descriptors);
	if (*count > (size_t)limit)
		*count = (size_t)limit;
	*more = (int64_t)*count < row_int(res, 0, 6);
	texts_read(db, res, 5, digests);
	return true;
}
