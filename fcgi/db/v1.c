#include "db/v1.h"

#include "db/parts.h"

/* The v2 repository seen over the bridge: one row or none. */
#define SQL_BRIDGE                                                               \
	"bridge AS MATERIALIZED (SELECT b.id, b.shadowing_guard, b.by_timestamp" \
	"  FROM root JOIN repository b ON b.id = bridge_root(root.id)"           \
	"  WHERE NOT root.blacked_out)"

/* Inside a FROM with me and a leaf l: an image i that the principal may read. */
#define SQL_IMAGE_READABLE "me.valid AND " SQL_FITS("i.path") " AND " SQL_READABLE("i.path")

/* clang-format off */

/* The columns of what was pushed, v, and of what is seen over the bridge, w, each with its blob b. */
#define PUSHED                                                                                     \
	"SELECT v.json, v.zstd, v.blob_id IS NOT NULL AS layered, b.alg, b.digest, b.size,"        \
	"   b.file_id, v.ancestry, NULL::bigint AS manifest_id, 0 AS position"
#define PUSHED_BLOB " LEFT JOIN blob b ON b.id = v.blob_id AND NOT b.bad"
#define SEEN                                                                                       \
	"SELECT w.json, w.zstd, w.digest IS NOT NULL AS layered, b.alg, b.digest, b.size,"         \
	"   b.file_id, NULL::bytea[] AS ancestry, w.manifest_id, w.position"
#define SEEN_BLOB " LEFT JOIN blob b ON b.digest = w.digest AND b.alg = w.alg AND NOT b.bad"

/*
 * $4 name or NULL, $5 id. What was pushed goes before what is seen over the bridge. Many manifests
 * share their lowest images. Under a name, the id's first few manifests are looked at, and where it
 * has more, the name's own. Without a name a thousand speak for all.
 */
static const struct statement v1_image_find = {
	.name = "v1_image_find",
	.nparams = 5,
	.sql =
	    "WITH " SQL_ME ", " SQL_ROOT_OF("1") ", " SQL_BRIDGE ", "
	    "own AS (" PUSHED
	    "  FROM me, root JOIN repository_leaf l ON l.root_id = root.id"
	    "    JOIN image i ON i.path = $4::text AND i.repository_id = l.leaf_id"
	    "    JOIN v1_image v ON v.image_id = i.id AND v.v1_id = $5" PUSHED_BLOB
	    "  WHERE " SQL_IMAGE_READABLE
	    "  UNION ALL " PUSHED
	    "  FROM me, root JOIN repository_leaf l ON l.root_id = root.id"
	    "    JOIN v1_image v ON v.v1_id = $5"
	    "    JOIN image i ON i.id = v.image_id AND i.repository_id = l.leaf_id" PUSHED_BLOB
	    "  WHERE $4 IS NULL AND " SQL_IMAGE_READABLE "),"
	    "names AS MATERIALIZED (SELECT i.id"
	    "  FROM me, bridge JOIN repository_leaf l ON l.root_id = bridge.id"
	    "    JOIN image i ON i.path = ANY (name_twins($4)) AND i.repository_id = l.leaf_id"
	    "  WHERE " SQL_IMAGE_READABLE "),"
	    "few AS MATERIALIZED (SELECT manifest_id, position FROM v1_view_image"
	    "  WHERE v1_id = $5 AND $4 IS NOT NULL LIMIT 100),"
	    "holder AS (SELECT few.* FROM few CROSS JOIN LATERAL (SELECT FROM image_manifest im"
	    "    WHERE im.image_id = ANY (ARRAY(SELECT id FROM names))"
	    "      AND im.manifest_id = few.manifest_id LIMIT 1) one"
	    "  UNION ALL SELECT w.* FROM image_manifest im"
	    "    CROSS JOIN LATERAL (SELECT manifest_id, position FROM v1_view_image"
	    "      WHERE v1_id = $5 AND manifest_id = im.manifest_id LIMIT 1) w"
	    "  WHERE im.image_id = ANY (ARRAY(SELECT id FROM names))"
	    "    AND (SELECT count(*) FROM few) = 100"
	    "  LIMIT 1),"
	    "seen AS (" SEEN
	    "  FROM holder JOIN v1_view_image w"
	    "    ON w.manifest_id = holder.manifest_id AND w.position = holder.position" SEEN_BLOB
	    "  UNION ALL (" SEEN
	    "  FROM me, bridge JOIN repository_leaf l ON l.root_id = bridge.id"
	    "    JOIN v1_view_image w ON w.v1_id = $5"
	    "    JOIN image_manifest im ON im.manifest_id = w.manifest_id"
	    "    JOIN image i ON i.id = im.image_id AND i.repository_id = l.leaf_id" SEEN_BLOB
	    "  WHERE $4 IS NULL AND " SQL_IMAGE_READABLE " LIMIT 1000)),"
	    "found AS MATERIALIZED (SELECT 0 AS place, own.* FROM own"
	    "  UNION ALL SELECT 1, seen.* FROM seen),"
	    "hit AS (SELECT * FROM found WHERE $4 IS NOT NULL"
	    "    OR (SELECT count(DISTINCT (json, layered, digest)) FROM found) = 1"
	    "  ORDER BY place LIMIT 1)"
	    "SELECT " SQL_ACCESS_DECISION ","
	    "  CASE WHEN hit.place IS NOT NULL THEN true"
	    "    WHEN $4 IS NOT NULL THEN " SQL_READABLE_ANYWHERE
	    "    ELSE me.valid AND (me.is_admin OR EXISTS (SELECT FROM acl"
	    "      WHERE acl.repository_id = root.id AND acl.principal_id = ANY (me.principals)"
	    "        AND acl.actions & 1 = 1)) END,"
	    "  hit.json, (SELECT json_agg(encode(a.id, 'hex') ORDER BY a.place)::text"
	    "    FROM unnest(coalesce(hit.ancestry,"
	    "      ARRAY(SELECT o.v1_id FROM v1_view_image o"
	    "        WHERE o.manifest_id = hit.manifest_id AND o.position <= hit.position"
	    "        ORDER BY o.position DESC))) WITH ORDINALITY a (id, place)),"
	    "  hit.layered, hit.zstd, hit.alg, hit.digest, hit.size, hit.file_id,"
	    "  CASE WHEN hit.place IS NULL THEN EXISTS (SELECT FROM image i"
	    "    JOIN v1_upload u ON u.image_id = i.id AND u.v1_id = $5"
	    "    WHERE i.path = $4 AND i.repository_id = root.id) ELSE false END"
	    " FROM me LEFT JOIN root ON true LEFT JOIN hit ON true",
	.idempotent = true,
};

/* $4 name, $5 tag or NULL. Of the names that a name of one part stands for the short one comes
 * first. */
static const struct statement v1_tags = {
	.name = "v1_tags",
	.nparams = 5,
	.sql =
	    "WITH " SQL_ME ", " SQL_ROOT_OF("1") ", " SQL_BRIDGE ", "
	    "own AS (SELECT t.name, t.v1_id, t.updated_at, t.agent"
	    "  FROM me, root JOIN repository_leaf l ON l.root_id = root.id"
	    "    JOIN image i ON i.path = $4 AND i.repository_id = l.leaf_id"
	    "    JOIN v1_tag t ON t.image_id = i.id AND ($5::text IS NULL OR t.name = $5)"
	    "  WHERE " SQL_IMAGE_READABLE "),"
	    "seen AS (SELECT DISTINCT ON (t.name) t.name, t.manifest_id, t.updated_at"
	    "  FROM me, bridge CROSS JOIN unnest(name_twins($4)) WITH ORDINALITY n (path, place)"
	    "    JOIN repository_leaf l ON l.root_id = bridge.id"
	    "    JOIN image i ON i.path = n.path AND i.repository_id = l.leaf_id"
	    "    JOIN tag t ON t.image_id = i.id AND ($5 IS NULL OR t.name = $5)"
	    "  WHERE me.valid AND " SQL_FITS_TAG("i.path", "t.name") " AND " SQL_READABLE("i.path")
	    "    AND NOT (l.class = 2 AND bridge.shadowing_guard"
	    "      AND name_is_local(bridge.id, n.path))"
	    "  ORDER BY t.name, n.place DESC, l.rank <> 0,"
	    "    CASE WHEN bridge.by_timestamp THEN t.updated_at END DESC, l.class, l.ord),"
	    "tags AS (SELECT coalesce(o.name, s.name) AS name, coalesce(o.v1_id, w.v1_id) AS id,"
	    "    CASE WHEN o.name IS NULL AND w.manifest_id IS NULL THEN s.manifest_id ELSE 0 END"
	    "      AS pending,"
	    "    coalesce(o.updated_at, s.updated_at) AS updated_at,"
	    "    coalesce(o.agent, '') AS agent"
	    "  FROM own o FULL JOIN seen s ON s.name = o.name"
	    "    LEFT JOIN v1_view w ON w.manifest_id = s.manifest_id),"
	    "said (known, blacked_out, valid, allowed, holds) AS MATERIALIZED (SELECT " SQL_ACCESS_DECISION ","
	    "    " SQL_READABLE_ANYWHERE " OR EXISTS (SELECT FROM tags),"
	    "    EXISTS (SELECT FROM image i JOIN v1_image v ON v.image_id = i.id"
	    "      WHERE i.path = $4 AND i.repository_id = root.id)"
	    "  FROM me LEFT JOIN root ON true)"
	    "SELECT said.*, tags.name, tags.id, tags.pending, tags.updated_at, tags.agent"
	    " FROM said LEFT JOIN tags ON true ORDER BY tags.name",
	.idempotent = true,
};

/* $4 text, $5 limit, $6 offset */
static const struct statement v1_search = {
	.name = "v1_search",
	.nparams = 6,
	.sql =
	    "WITH " SQL_ME ", " SQL_ROOT_OF("1") ", " SQL_BRIDGE ", "
	    "names AS (SELECT i.path FROM me, root JOIN repository_leaf l ON l.root_id = root.id"
	    "    JOIN image i ON i.repository_id = l.leaf_id"
	    "  WHERE EXISTS (SELECT FROM v1_image v WHERE v.image_id = i.id)"
	    "    AND " SQL_IMAGE_READABLE
	    "  UNION SELECT i.path FROM me, bridge JOIN repository_leaf l ON l.root_id = bridge.id"
	    "    JOIN image i ON i.repository_id = l.leaf_id"
	    "  WHERE EXISTS (SELECT FROM tag t WHERE t.image_id = i.id)"
	    "    AND " SQL_IMAGE_READABLE "),"
	    "found AS (SELECT DISTINCT regexp_replace(path, '^library/([^/]+)$', '\\1') AS name"
	    "  FROM names WHERE strpos(path, lower($4)) > 0),"
	    "page AS (SELECT name FROM found ORDER BY name LIMIT $5::bigint OFFSET $6::bigint)"
	    "SELECT " SQL_ACCESS_DECISION ", me.valid AND ($2 <> 0 OR EXISTS (SELECT FROM repository_leaf l"
	    "      JOIN acl ON acl.repository_id = l.leaf_id AND acl.principal_id = 0 AND acl.actions & 1 = 1"
	    "    WHERE l.root_id = root.id OR l.root_id = (SELECT id FROM bridge))),"
	    "   page.name, (SELECT count(*) FROM found)"
	    " FROM me LEFT JOIN root ON true LEFT JOIN page ON true ORDER BY page.name",
	.idempotent = true,
};
/* clang-format on */

/* $1 key, $2 name */
static const struct statement v1_public = {
	.name = "v1_public",
	.nparams = 2,
	.sql =
	    "SELECT coalesce((SELECT viewer_actions(0, id, $2) & 1 = 1 FROM repository WHERE key = $1 AND deleted_at IS NULL), false)",
	.idempotent = true,
};

/* clang-format off */
/* $4 name, $5 wanted actions */
static const struct statement v1_target_find = {
	.name = "v1_target_find",
	.nparams = 5,
	.sql =
	    "WITH " SQL_ME ", " SQL_ROOT_OF("1") ", "
	    "target AS (SELECT root.id AS target_id, $1 AS target_key, root.blacked_out,"
	    "   i.id AS image_id, false AS schema1,"
	    "   CASE WHEN me.valid THEN push_actions($2, root.id, root.id, $4) ELSE 0 END AS actions"
	    "  FROM me, root LEFT JOIN image i ON i.path = $4 AND i.repository_id = root.id)"
	    "SELECT " SQL_TARGET_COLUMNS("$5::int") ","
	    "  coalesce((SELECT bridge_push FROM repository r WHERE r.id = root.id), false)"
	    " FROM me LEFT JOIN root ON true LEFT JOIN target ON true",
	.idempotent = true,
};
/* clang-format on */

static const struct statement v1_json_put = {
	.name = "v1_json_put",
	.nparams = 7,
	.sql = "SELECT v1_json_put($1, $2, $3, $4, $5, $6, $7)",
	.idempotent = true,
};

/* $1 repository, $2 name, $3 account, $4 id, $5 limit */
static const struct statement v1_uploads = {
	.name = "v1_uploads",
	.nparams = 5,
	.sql =
	    "WITH i AS (SELECT id FROM image WHERE path = $2 AND repository_id = $1)"
	    "SELECT v1_pushed(i.id, $4)"
	    "    OR v1_seen($1, $2, $3, $4) IS NOT NULL, u.id, u.json"
	    " FROM (SELECT 1) one LEFT JOIN i ON true"
	    "   LEFT JOIN LATERAL (SELECT o.id, o.json FROM v1_upload o WHERE o.image_id = i.id AND o.v1_id = $4"
	    "     ORDER BY o.touched_at DESC, o.id DESC LIMIT $5::bigint) u ON true ORDER BY u.id",
	.idempotent = true,
};

static const struct statement v1_layer_put = {
	.name = "v1_layer_put",
	.nparams = 7,
	.sql = "SELECT won, file FROM v1_layer_put($1, $2, $3, $4, $5, $6, $7)",
};

static const struct statement v1_checksum_put = {
	.name = "v1_checksum_put",
	.nparams = 5 + ACTOR_PARAMS,
	.sql = "SELECT v1_checksum_put($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	.idempotent = true,
};

static const struct statement v1_tag_put = {
	.name = "v1_tag_put",
	.nparams = 5 + ACTOR_PARAMS,
	.sql = "SELECT v1_tag_put($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	.idempotent = true,
};

static const struct statement v1_tags_delete = {
	.name = "v1_tags_delete",
	.nparams = 3 + ACTOR_PARAMS,
	.sql = "SELECT v1_tags_delete($1, $2, $3, $4, $5, $6, $7)",
};

/* $1 repository, $2 name, $3 id */
static const struct statement v1_chain = {
	.name = "v1_chain",
	.nparams = 3,
	.sql =
	    "SELECT bridge.key, o.json, o.blob_id IS NOT NULL, o.zstd, b.alg, b.digest, b.size, b.file_id, b.id, b.diff_id"
	    " FROM repository r JOIN repository bridge ON bridge.id = bridge_root(r.id)"
	    "   JOIN image i ON i.path = $2 AND i.repository_id = r.id"
	    "   JOIN v1_image top ON top.image_id = i.id AND top.v1_id = $3"
	    "   CROSS JOIN unnest(top.ancestry) WITH ORDINALITY a (id, place)"
	    "   JOIN v1_image o ON o.image_id = i.id AND o.v1_id = a.id LEFT JOIN blob b ON b.id = o.blob_id"
	    " WHERE r.id = $1 AND r.bridge_push ORDER BY a.place DESC",
	.idempotent = true,
};

static const struct statement v1_diff_id = {
	.name = "v1_diff_id",
	.nparams = 1,
	.sql = "SELECT diff_id FROM blob WHERE id = $1",
	.idempotent = true,
};

static const struct statement v1_diff_id_put = {
	.name = "v1_diff_id_put",
	.nparams = 2,
	.sql = "UPDATE blob SET diff_id = $2 WHERE id = $1 AND diff_id IS NULL",
	.idempotent = true,
};

static const struct statement v1_layers_link = {
	.name = "v1_layers_link",
	.nparams = 3,
	.sql = "SELECT v1_layers_link($1, $2, $3)",
	.idempotent = true,
};

#define SOURCE \
	"SELECT m.id, t.name, m.payload, m.alg, m.digest FROM manifest m JOIN media_type t ON t.id = m.media_type WHERE "

static const struct statement v1_source = {
	.name = "v1_source",
	.nparams = 1,
	.sql = SOURCE "m.id = $1",
	.idempotent = true,
};

static const struct statement v1_source_by_digest = {
	.name = "v1_source_by_digest",
	.nparams = 2,
	.sql = SOURCE "m.alg = $1 AND m.digest = $2",
	.idempotent = true,
};

static const struct statement v1_source_blob = {
	.name = "v1_source_blob",
	.nparams = 2,
	.sql = "SELECT id, size, file_id FROM blob WHERE alg = $1 AND digest = $2 AND NOT bad",
	.idempotent = true,
};

static const struct statement v1_projection_find = {
	.name = "v1_view_find",
	.nparams = 1,
	.sql = "SELECT w.v1_id, w.json, w.alg, w.digest, w.zstd FROM v1_view v"
	       "   LEFT JOIN v1_view_image w ON w.manifest_id = v.shown_id AND v.v1_id IS NOT NULL"
	       " WHERE v.manifest_id = $1 ORDER BY w.position",
	.idempotent = true,
};

static const struct statement v1_projection_put = {
	.name = "v1_view_put",
	.nparams = 9,
	.sql = "SELECT v1_view_put($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	.idempotent = true,
};

const struct statement *const v1_statements[] = { &v1_image_find, &v1_tags, &v1_search, &v1_public,
	&v1_target_find, &v1_json_put, &v1_uploads, &v1_layer_put, &v1_checksum_put, &v1_tag_put,
	&v1_tags_delete, &v1_chain, &v1_diff_id, &v1_diff_id_put, &v1_layers_link, &v1_source,
	&v1_source_by_digest, &v1_source_blob, &v1_projection_find, &v1_projection_put, NULL };

static struct target
target_read(const PGresult *res)
{
	return (struct target){
		.repository = (int)row_int(res, 0, 4),
		.key = row_text(res, 0, 5),
		.actions = (int)row_int(res, 0, 6),
		.image = row_int(res, 0, 7),
		.takes_schema1 = row_bool(res, 0, 8),
	};
}

static bool
id_read(const PGresult *res, int row, int column, struct digest *id, struct error *err)
{
	struct bytes bytes = row_bytes(res, row, column);

	if (digest_set(id, DIGEST_SHA256, bytes.data, bytes.length))
		return true;
	error_set(err, ERROR_INTERNAL, NULL);
	return error_cause(err, "the database holds an invalid v1 id");
}

/* --- Finding --- */

bool
db_v1_image_find(struct db *db, const char *key, const char *name, const struct digest *id,
    const struct principal *principal, struct access_decision *decision, struct v1_image_row **out,
    bool *uploading, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, principal->account),
		param_int(db, principal->epoch), param_text(name), param_digest(id) };
	PGresult *res = db_query(db, &v1_image_find, params, err);
	struct v1_image_row *row;

	*out = NULL;
	if (res == NULL)
		return false;
	decision_read(res, decision);
	*uploading = row_bool(res, 0, 12);
	if (row_null(res, 0, 4))
		return true;
	row = *out = arena_alloc(db->arena, sizeof(*row));
	*row = (struct v1_image_row){
		.json = row_bytes(res, 0, 4),
		.ancestry = row_text(res, 0, 5),
		.layered = row_bool(res, 0, 6),
		.zstd = row_bool(res, 0, 7),
		.layer.size = -1,
	};
	if (!row_null(res, 0, 9) && row_digest(res, 0, 8, 9, &row->layer.digest)) {
		row->layer.size = row_int(res, 0, 10);
		row->layer.file = row_int(res, 0, 11);
	}
	return true;
}

bool
db_v1_tags(struct db *db, const char *key, const char *name, const char *tag,
    const struct principal *principal, struct access_decision *decision, bool *known,
    struct v1_tag_row **out, size_t *count, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, principal->account),
		param_int(db, principal->epoch), param_text(name), param_text(tag) };
	PGresult *res = db_query(db, &v1_tags, params, err);

	if (res == NULL)
		return false;
	decision_read(res, decision);
	*known = row_bool(res, 0, 4);
	*count = row_null(res, 0, 5) ? 0 : (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		struct v1_tag_row *row = &(*out)[i];

		row->name = row_text(res, (int)i, 5);
		row->seen = !row_null(res, (int)i, 6);
		row->pending = row_int(res, (int)i, 7);
		row->updated = row_time(res, (int)i, 8);
		row->agent = row_text(res, (int)i, 9);
		if (row->seen && !id_read(res, (int)i, 6, &row->id, err))
			return false;
	}
	return true;
}

bool
db_v1_search(struct db *db, const char *key, const char *text, const struct principal *principal,
    int64_t limit, int64_t offset, struct access_decision *decision, const char ***names,
    size_t *count, int64_t *total, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, principal->account),
		param_int(db, principal->epoch), param_text(text), param_int(db, limit),
		param_int(db, offset) };
	PGresult *res = db_query(db, &v1_search, params, err);

	if (res == NULL)
		return false;
	decision_read(res, decision);
	*count = texts_read(db, res, 4, names);
	*total = row_int(res, 0, 5);
	return true;
}

bool
db_v1_public(struct db *db, const char *key, const char *name, bool *open, struct error *err)
{
	const struct param params[] = { param_text(key), param_text(name) };
	PGresult *res = db_query(db, &v1_public, params, err);

	*open = res != NULL && row_bool(res, 0, 0);
	return res != NULL;
}

/* --- Pushing --- */

bool
db_v1_target_find(struct db *db, const char *key, const char *name,
    const struct principal *principal, int wanted, struct access_decision *decision,
    struct target *target, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, principal->account),
		param_int(db, principal->epoch), param_text(name), param_int(db, wanted) };
	PGresult *res = db_query(db, &v1_target_find, params, err);

	if (res == NULL)
		return false;
	decision_read(res, decision);
	*target = target_read(res);
	target->hands_on = row_bool(res, 0, 9);
	return true;
}

bool
db_v1_json_put(struct db *db, const struct target *target, const char *name, int account,
    int64_t most, const struct digest *id, const struct digest *parent, struct bytes json,
    enum v1_json_outcome *outcome, struct error *err)
{
	const struct param params[] = { param_int(db, target->repository), param_text(name),
		param_int(db, account), param_digest(id), param_digest(parent), param_bytes(json),
		param_int(db, most) };
	PGresult *res = db_query(db, &v1_json_put, params, err);

	if (res == NULL)
		return false;
	*outcome = (enum v1_json_outcome)row_int(res, 0, 0);
	return true;
}

bool
db_v1_uploads(struct db *db, const struct target *target, const char *name, int account,
    const struct digest *id, size_t most, bool *exists, struct v1_upload_row **out, size_t *count,
    struct error *err)
{
	const struct param params[] = { param_int(db, target->repository), param_text(name),
		param_int(db, account), param_digest(id), param_int(db, (int64_t)most) };
	PGresult *res = db_query(db, &v1_uploads, params, err);

	if (res == NULL)
		return false;
	*exists = row_bool(res, 0, 0);
	*count = row_null(res, 0, 1) ? 0 : (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct v1_upload_row){ .id = row_int(res, (int)i, 1),
			.json = row_bytes(res, (int)i, 2) };
	return true;
}

bool
db_v1_layer_put(struct db *db, const struct upload_row *upload, const struct digest *digest,
    int64_t size, const struct v1_upload_row *rows, size_t count, int64_t *file, bool *won,
    struct error *err)
{
	struct digest *payloads = arena_array(db->arena, count, sizeof(*payloads));
	int64_t *ids = arena_array(db->arena, count, sizeof(*ids));
	PGresult *res;

	for (size_t i = 0; i < count; i++) {
		ids[i] = rows[i].id;
		payloads[i] = rows[i].payload;
	}
	res = db_query(db, &v1_layer_put,
	    (const struct param[]){ param_text(upload->uuid), param_int(db, upload->file),
		param_int(db, digest->algorithm), param_digest(digest), param_int(db, size),
		param_ints(db, ids, count), param_digests(db, payloads, count) },
	    err);
	if (res == NULL)
		return false;
	*won = row_bool(res, 0, 0);
	*file = *won ? row_int(res, 0, 1) : 0;
	return true;
}

bool
db_v1_checksum_put(struct db *db, const struct target *target, const char *name,
    const struct digest *id, const struct digest *payload, const char *tarsum,
    const struct actor *actor, enum v1_checksum_outcome *outcome, struct error *err)
{
	struct param params[5 + ACTOR_PARAMS] = { param_int(db, target->repository),
		param_text(name), param_digest(id), param_digest(payload), param_text(tarsum) };
	PGresult *res;

	actor_params(db, actor, params + 5);
	if ((res = db_query(db, &v1_checksum_put, params, err)) == NULL)
		return false;
	*outcome = (enum v1_checksum_outcome)row_int(res, 0, 0);
	return true;
}

bool
db_v1_tag_put(struct db *db, const struct target *target, const char *name, const char *tag,
    const struct digest *id, const char *agent, const struct actor *actor,
    enum v1_tag_outcome *outcome, struct error *err)
{
	struct param params[5 + ACTOR_PARAMS] = { param_int(db, target->repository),
		param_text(name), param_text(tag), param_digest(id), param_text(agent) };
	PGresult *res;

	actor_params(db, actor, params + 5);
	if ((res = db_query(db, &v1_tag_put, params, err)) == NULL)
		return false;
	*outcome = (enum v1_tag_outcome)row_int(res, 0, 0);
	return true;
}

bool
db_v1_tags_delete(struct db *db, const struct target *target, const char *name, const char *tag,
    const struct actor *actor, bool *found, struct error *err)
{
	struct param params[3 + ACTOR_PARAMS] = { param_int(db, target->repository),
		param_text(name), param_text(tag) };
	PGresult *res;

	actor_params(db, actor, params + 3);
	res = db_query(db, &v1_tags_delete, params, err);
	*found = res != NULL && row_bool(res, 0, 0);
	return res != NULL;
}

/* --- Into the bridged repository --- */

/* Empty: nobody can unpack it. */
static void
diff_id_read(const PGresult *res, int row, int column, struct v1_diff *diff)
{
	struct bytes bytes = row_bytes(res, row, column);

	diff->known = !row_null(res, row, column);
	diff->possible = digest_set(&diff->id, DIGEST_SHA256, bytes.data, bytes.length);
}

bool
db_v1_chain(struct db *db, const struct target *target, const char *name, const struct digest *id,
    const char **bridge, struct v1_link **out, size_t *count, struct error *err)
{
	const struct param params[] = { param_int(db, target->repository), param_text(name),
		param_digest(id) };
	PGresult *res = db_query(db, &v1_chain, params, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*bridge = *count > 0 ? row_text(res, 0, 0) : NULL;
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		struct v1_link *link = &(*out)[i];

		link->json = row_bytes(res, (int)i, 1);
		link->layered = row_bool(res, (int)i, 2);
		link->zstd = row_bool(res, (int)i, 3);
		if (!link->layered)
			continue;
		if (!row_digest(res, (int)i, 4, 5, &link->layer.digest))
			return error_set(err, ERROR_INTERNAL, NULL);
		link->layer.size = row_int(res, (int)i, 6);
		link->layer.file = row_int(res, (int)i, 7);
		link->layer.id = row_int(res, (int)i, 8);
		diff_id_read(res, (int)i, 9, &link->diff);
	}
	return true;
}

bool
db_v1_diff_id(struct db *db, int64_t blob, struct v1_diff *diff, struct error *err)
{
	const struct param params[] = { param_int(db, blob) };
	PGresult *res = db_query(db, &v1_diff_id, params, err);

	*diff = (struct v1_diff){ 0 };
	if (res != NULL && PQntuples(res) == 1)
		diff_id_read(res, 0, 0, diff);
	return res != NULL;
}

bool
db_v1_diff_id_put(struct db *db, int64_t blob, const struct v1_diff *diff, struct error *err)
{
	const struct param params[] = { param_int(db, blob),
		diff->possible ? param_digest(&diff->id) : param_bytes((struct bytes){ "", 0 }) };

	return db_query(db, &v1_diff_id_put, params, err) != NULL;
}

bool
db_v1_layers_link(struct db *db, const struct target *target, const char *name,
    const int64_t *blobs, size_t count, struct error *err)
{
	const struct param params[] = { param_int(db, target->repository), param_text(name),
		param_ints(db, blobs, count) };

	return db_query(db, &v1_layers_link, params, err) != NULL;
}

/* --- Manifests as v1 clients see them --- */

bool
db_v1_source(struct db *db, int64_t manifest, const struct digest *digest, struct v1_source **out,
    struct error *err)
{
	struct param params[2] = { param_int(db, manifest) };
	PGresult *res;

	*out = NULL;
	if (digest != NULL)
		digest_params(db, digest, &params[0], &params[1]);
	res = db_query(db, digest == NULL ? &v1_source : &v1_source_by_digest, params, err);
	if (res == NULL)
		return false;
	if (PQntuples(res) == 0)
		return true;
	*out = arena_alloc(db->arena, sizeof(**out));
	(*out)->manifest = row_int(res, 0, 0);
	(*out)->media_type = row_text(res, 0, 1);
	(*out)->payload = row_bytes(res, 0, 2);
	return row_digest(res, 0, 3, 4, &(*out)->digest);
}

bool
db_v1_source_blob(
    struct db *db, const struct digest *digest, struct blob_row **out, struct error *err)
{
	struct param params[2];
	PGresult *res;

	digest_params(db, digest, &params[0], &params[1]);
	*out = NULL;
	if ((res = db_query(db, &v1_source_blob, params, err)) == NULL)
		return false;
	if (PQntuples(res) == 0)
		return true;
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = (struct blob_row){ .digest = *digest,
		.id = row_int(res, 0, 0),
		.size = row_int(res, 0, 1),
		.file = row_int(res, 0, 2) };
	return true;
}

bool
db_v1_projection_find(struct db *db, int64_t manifest, bool *known,
    struct v1_projection_image **out, size_t *count, struct error *err)
{
	const struct param params[] = { param_int(db, manifest) };
	PGresult *res = db_query(db, &v1_projection_find, params, err);

	if (res == NULL)
		return false;
	*known = PQntuples(res) > 0;
	*count = !*known || row_null(res, 0, 0) ? 0 : (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		struct v1_projection_image *image = &(*out)[i];
		struct bytes json = row_bytes(res, (int)i, 1);

		image->json = arena_strndup(db->arena, json.data, json.length);
		image->layered = !row_null(res, (int)i, 3);
		image->zstd = row_bool(res, (int)i, 4);
		if (!id_read(res, (int)i, 0, &image->id, err))
			return false;
		if (image->layered && !row_digest(res, (int)i, 2, 3, &image->layer))
			return error_set(err, ERROR_INTERNAL, NULL);
	}
	return true;
}

bool
db_v1_projection_put(struct db *db, int64_t manifest, int64_t shown,
    const struct v1_projection_image *images, size_t count, const char *reason, struct error *err)
{
	struct digest *ids = arena_array(db->arena, count, sizeof(*ids));
	struct digest *layers = arena_array(db->arena, count, sizeof(*layers));
	const char **jsons = arena_array(db->arena, count, sizeof(*jsons));
	int64_t *algorithms = arena_array(db->arena, count, sizeof(*algorithms));
	int64_t *zstds = arena_array(db->arena, count, sizeof(*zstds));

	for (size_t i = 0; i < count; i++) {
		ids[i] = images[i].id;
		layers[i] = images[i].layer;
		jsons[i] = images[i].json;
		algorithms[i] = images[i].layered ? (int64_t)images[i].layer.algorithm : 0;
		zstds[i] = images[i].zstd;
	}
	return db_query(db, &v1_projection_put,
		   (const struct param[]){ param_int(db, manifest), param_int(db, shown),
		       param_digest(count > 0 ? &ids[count - 1] : NULL), param_text(reason),
		       param_digests(db, ids, count), param_texts(db, jsons, count),
		       param_ints(db, algorithms, count), param_digests(db, layers, count),
		       param_ints(db, zstds, count) },
		   err) != NULL;
}
