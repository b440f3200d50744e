#include "db/report.h"

#include "db/parts.h"

static const struct statement storage_report = {
	.name = "storage_report",
	.nparams = 0,
	.sql =
	    "SELECT (SELECT count(*) FROM blob), (SELECT coalesce(sum(size), 0)::bigint FROM blob),"
	    "  r.key, class_name(r.class),"
	    "  (SELECT count(*) FROM image i WHERE i.repository_id = r.id),"
	    "  (SELECT count(*) FROM image i JOIN image_manifest im ON im.image_id = i.id WHERE i.repository_id = r.id)"
	    "  + (SELECT count(*) FROM image i JOIN v1_image v ON v.image_id = i.id WHERE i.repository_id = r.id),"
	    "  (SELECT coalesce(sum(b.size), 0)::bigint FROM blob b WHERE b.id IN"
	    "    (SELECT ib.blob_id FROM image i JOIN image_blob ib ON ib.image_id = i.id WHERE i.repository_id = r.id))"
	    " FROM (SELECT 1) one LEFT JOIN repository r ON r.deleted_at IS NULL AND r.class < 3 ORDER BY r.key",
	.idempotent = true,
};

static const struct statement space_report = {
	.name = "space_report",
	.nparams = 0,
	.sql = "SELECT total, available, json_time(at) FROM store_space",
	.idempotent = true,
};

static const struct statement store_report = {
	.name = "store_report",
	.nparams = 0,
	.sql =
	    "SELECT node, program, trouble, json_time(seen_at) FROM store_state ORDER BY node, program",
	.idempotent = true,
};

/* $2 path and $3 tag to continue after, $4 limit, $5 "/FOLDER", or "" for all. What stands in
 * paths, tags and digests needs no care in JSON. The look at the path alone, for images outside the
 * folder, spares one at each of their tags. */
#define FILES_AFTER                                                                       \
	" WHERE i.repository_id = r.id AND i.path >= $2 AND (i.path > $2 OR t.name > $3)" \
	"   AND (starts_with('/' || i.path || '/', $5 || '/')"                            \
	"     OR starts_with($5 || '/', '/' || i.path || '/'))"                           \
	"   AND starts_with('/' || i.path || '/' || t.name || '/', $5 || '/')"            \
	" ORDER BY i.path, t.name LIMIT $4::bigint"
static const struct statement files_page = {
	.name = "files_page",
	.nparams = 5,
	.sql =
	    "SELECT f.path, f.name, json_strip_nulls(json_build_object('uri',"
	    "    substr('/' || f.path || '/' || f.name || '/' || f.file, 1 + length($5)),"
	    "  'size', f.size, 'lastModified', json_time(f.updated_at), 'folder', false, 'sha2', f.sha2,"
	    "  'digest', f.digest))::text"
	    " FROM repository r LEFT JOIN LATERAL ("
	    "   (SELECT i.path, t.name, 'manifest.json' AS file, digest_text(m.alg, m.digest) AS digest, m.size, t.updated_at,"
	    "     CASE m.alg WHEN 1 THEN encode(m.digest, 'hex') END AS sha2"
	    "    FROM image i JOIN tag t ON t.image_id = i.id JOIN manifest m ON m.id = t.manifest_id" FILES_AFTER
	    ")   UNION ALL"
	    "   (SELECT i.path, t.name, 'tag.json', NULL, octet_length(v.json), t.updated_at,"
	    "     encode(sha256(v.json), 'hex') FROM image i"
	    "    JOIN v1_tag t ON t.image_id = i.id JOIN v1_image v ON v.image_id = t.image_id AND v.v1_id = t.v1_id" FILES_AFTER
	    ") ) f ON true"
	    " WHERE r.key = $1 AND r.deleted_at IS NULL ORDER BY f.path, f.name LIMIT $4",
	.idempotent = true,
};

/* $1 key, $2 account, $3 epoch, $4 path: no row without a repository that is seen, or NULL. */
static const struct statement storage_item = {
	.name = "storage_item",
	.nparams = 4,
	.sql = "WITH " SQL_ME
	       " SELECT s.item::text, s.sha256, s.download, s.payload FROM me, repository r"
	       "   CROSS JOIN LATERAL storage_item(r.id, $4, $2) s"
	       " WHERE r.key = $1 AND r.deleted_at IS NULL AND " SQL_SEEN("r"),
	.idempotent = true,
};

static const struct statement who_answers = {
	.name = "who_answers",
	.nparams = 6,
	.sql = "SELECT who_answers($1, $2, $3, $4, $5, $6)::text",
	.idempotent = true,
};

const struct statement *const report_statements[] = { &storage_report, &space_report, &store_report,
	&files_page, &storage_item, &who_answers, NULL };

bool
db_storage_report(struct db *db, struct storage_report *report, struct error *err)
{
	PGresult *res = db_query(db, &storage_report, NULL, err);

	if (res == NULL)
		return false;
	*report = (struct storage_report){
		.blobs = row_int(res, 0, 0),
		.blob_bytes = row_int(res, 0, 1),
		.count = row_null(res, 0, 2) ? 0 : (size_t)PQntuples(res),
	};
	report->repositories = arena_array(db->arena, report->count, sizeof(*report->repositories));
	for (size_t i = 0; i < report->count; i++) {
		struct repository_report *row = &report->repositories[i];

		*row = (struct repository_report){
			.key = row_text(res, (int)i, 2),
			.rclass = row_text(res, (int)i, 3),
			.images = row_int(res, (int)i, 4),
			.manifests = row_int(res, (int)i, 5),
			.bytes = row_int(res, (int)i, 6),
		};
		report->images += row->images;
		report->manifests += row->manifests;
		report->shown_bytes += row->bytes;
	}
	return true;
}

bool
db_space_report(struct db *db, struct space_report *report, struct error *err)
{
	PGresult *res = db_query(db, &space_report, NULL, err);

	*report = (struct space_report){ .known = res != NULL && PQntuples(res) == 1 };
	if (report->known) {
		report->total = row_int(res, 0, 0);
		report->available = row_int(res, 0, 1);
		report->at = row_text(res, 0, 2);
	}
	return res != NULL;
}

bool
db_store_report(struct db *db, struct store_report **rows, size_t *count, struct error *err)
{
	PGresult *res = db_query(db, &store_report, NULL, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*rows = arena_array(db->arena, *count, sizeof(**rows));
	for (size_t i = 0; i < *count; i++)
		(*rows)[i] = (struct store_report){
			.node = row_text(res, (int)i, 0),
			.program = row_text(res, (int)i, 1),
			.trouble = row_text(res, (int)i, 2),
			.at = row_text(res, (int)i, 3),
		};
	return true;
}

bool
db_files_page(struct db *db, const char *key, const char *directory, const char *after_path,
    const char *after_tag, int limit, bool *known, struct file_report **files, size_t *count,
    struct error *err)
{
	const struct param params[] = { param_text(key), param_text(after_path),
		param_text(after_tag), param_int(db, limit), param_text(directory) };
	PGresult *res = db_query(db, &files_page, params, err);

	if (res == NULL)
		return false;
	*known = PQntuples(res) > 0;
	*count = !*known || row_null(res, 0, 0) ? 0 : (size_t)PQntuples(res);
	*files = arena_array(db->arena, *count, sizeof(**files));
	for (size_t i = 0; i < *count; i++)
		(*files)[i] = (struct file_report){
			.path = row_text(res, (int)i, 0),
			.tag = row_text(res, (int)i, 1),
			.json = row_text(res, (int)i, 2),
		};
	return true;
}

bool
db_storage_item(struct db *db, const char *key, const char *path, const struct principal *principal,
    struct storage_item **out, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, principal->account),
		param_int(db, principal->epoch), param_text(path) };
	PGresult *res = db_query(db, &storage_item, params, err);

	*out = NULL;
	if (res == NULL || PQntuples(res) == 0)
		return res != NULL;
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = (struct storage_item){
		.json = row_text(res, 0, 0),
		.sha256 = row_text(res, 0, 1),
		.download = row_text(res, 0, 2),
	};
	if (!row_null(res, 0, 3))
		(*out)->payload = row_bytes(res, 0, 3);
	return true;
}

bool
db_who_answers(struct db *db, const char *key, const char *name, const struct reference *reference,
    const char *user, const char **json, struct error *err)
{
	struct param params[6] = { param_text(key), param_text(name), param_text(reference->tag) };
	PGresult *res;

	digest_params(
	    db, reference->tag == NULL ? &reference->digest : NULL, &params[3], &params[4]);
	params[5] = param_text(user);
	if ((res = db_query(db, &who_answers, params, err)) == NULL)
		return false;
	*json = row_text(res, 0, 0);
	return true;
}
