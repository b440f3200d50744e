#include "db/repository.h"

#include "db/parts.h"

/* clang-format off */

/* $4 name, $5 wanted actions */
static const struct statement target_find = {
	.name = "target_find",
	.nparams = 5,
	.sql =
	    "WITH " SQL_ME ", " SQL_ROOT ", " SQL_TARGET
	    "SELECT " SQL_TARGET_COLUMNS("$5::int")
	    " FROM me LEFT JOIN root ON true LEFT JOIN target ON true",
	.again = true,
};

/* $4 name */
static const struct statement rights_find = {
	.name = "rights_find",
	.nparams = 4,
	.sql =
	    "WITH " SQL_ME ", " SQL_ROOT ", "
	    "rights AS (SELECT CASE WHEN " SQL_READABLE_ANYWHERE " THEN 1 ELSE 0 END"
	    "   | coalesce((SELECT push_actions($2, root_id, target_id, $4) & ~1"
	    "       FROM push_target WHERE key = $1 AND me.valid), 0) AS actions"
	    "  FROM me LEFT JOIN root ON true)"
	    "SELECT " SQL_STANDING ", rights.actions <> 0, rights.actions"
	    " FROM me LEFT JOIN root ON true, rights",
	.again = true,
};

/* $4 name, $5 registry, $6 tag or NULL: what patterns on the path keep out is not there, nor a
 * remote where nothing may be read. */
static const struct statement namespace_find = {
	.name = "namespace_find",
	.nparams = 6,
	.sql =
	    "WITH " SQL_ME " SELECT r.key FROM me, repository root"
	    "   JOIN repository_leaf l ON l.root_id = root.id AND l.class = 2"
	    "   JOIN repository_remote c"
	    "     ON c.repository_id = l.leaf_id AND lower($5) = ANY (c.ns_aliases)"
	    "   JOIN repository r ON r.id = l.leaf_id"
	    " WHERE root.key = $1 AND root.deleted_at IS NULL"
	    "   AND CASE WHEN $6::text IS NULL THEN " SQL_FITS(SQL_PATH)
	    "     ELSE " SQL_FITS_TAG(SQL_PATH, "$6") " END"
	    "   AND " SQL_READABLE_AT_ALL
	    " ORDER BY " SQL_ORDER " LIMIT 1",
	.again = true,
};

/* $4 version of the API */
static const struct statement standing_find = {
	.name = "standing_find",
	.nparams = 4,
	.sql =
	    "WITH " SQL_ME ", " SQL_ROOT_OF("$4::int")
	    "SELECT " SQL_STANDING ","
	    "  me.valid AND EXISTS (SELECT FROM repository_leaf l WHERE l.root_id = root.id"
	    "    AND " SQL_READABLE_AT_ALL ")"
	    " FROM me LEFT JOIN root ON true",
	.again = true,
};

/*
 * $4 after, $5 limit. First the leaves where anything may be read at all, then the first names of
 * each.
 */
static const struct statement catalog = {
	.name = "catalog",
	.nparams = 5,
	.sql =
	    "WITH " SQL_ME ", " SQL_ROOT ", "
	    "leaf AS MATERIALIZED (SELECT l.leaf_id, l.include_re, l.exclude_re"
	    "  FROM me, root, repository_leaf l"
	    "  WHERE l.root_id = root.id AND me.valid AND " SQL_READABLE_AT_ALL "),"
	    "name AS (SELECT DISTINCT n.path FROM me, leaf l, LATERAL (SELECT i.path FROM image i"
	    "   WHERE i.repository_id = l.leaf_id AND i.path > $4"
	    "     AND EXISTS (SELECT FROM image_manifest im WHERE im.image_id = i.id)"
	    "     AND " SQL_FITS("i.path") " AND " SQL_READABLE("i.path")
	    "   ORDER BY i.path LIMIT $5::bigint) n ORDER BY n.path LIMIT $5)"
	    "SELECT " SQL_STANDING ", EXISTS (SELECT FROM leaf), name.path"
	    " FROM me LEFT JOIN root ON true LEFT JOIN name ON true ORDER BY name.path",
	.again = true,
};
/* clang-format on */

const struct statement *const repository_statements[] = { &target_find, &rights_find,
	&namespace_find, &standing_find, &catalog, NULL };

struct target
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

bool
db_target_find(struct db *db, const char *key, const char *name, const struct viewer *viewer,
    int wanted, struct standing *standing, struct target *target, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, viewer->account),
		param_int(db, viewer->epoch), param_text(name), param_int(db, wanted) };
	PGresult *res = db_query(db, &target_find, params, err);

	if (res == NULL)
		return false;
	standing_read(res, standing);
	*target = target_read(res);
	return true;
}

bool
db_rights_find(struct db *db, const char *key, const char *name, const struct viewer *viewer,
    struct standing *standing, int *actions, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, viewer->account),
		param_int(db, viewer->epoch), param_text(name) };
	PGresult *res = db_query(db, &rights_find, params, err);

	if (res == NULL)
		return false;
	standing_read(res, standing);
	*actions = (int)row_int(res, 0, 4);
	return true;
}

bool
db_standing_find(struct db *db, const char *key, int version, const struct viewer *viewer,
    struct standing *standing, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, viewer->account),
		param_int(db, viewer->epoch), param_int(db, version) };
	PGresult *res = db_query(db, &standing_find, params, err);

	if (res == NULL)
		return false;
	standing_read(res, standing);
	return true;
}

bool
db_catalog(struct db *db, const char *key, const struct viewer *viewer, const char *last, int limit,
    struct standing *standing, const char ***names, size_t *count, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, viewer->account),
		param_int(db, viewer->epoch), param_text(last == NULL ? "" : last),
		param_int(db, limit) };
	PGresult *res = db_query(db, &catalog, params, err);

	if (res == NULL)
		return false;
	standing_read(res, standing);
	*count = texts_read(db, res, 4, names);
	return true;
}

bool
db_namespace_find(struct db *db, const char *key, const struct viewer *viewer, const char *ns,
    const char *name, const char *tag, const char **remote, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, viewer->account),
		param_int(db, viewer->epoch), param_text(name), param_text(ns), param_text(tag) };
	PGresult *res = db_query(db, &namespace_find, params, err);

	if (res == NULL)
		return false;
	*remote = PQntuples(res) == 0 ? NULL : row_text(res, 0, 0);
	return true;
}
