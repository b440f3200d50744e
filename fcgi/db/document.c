#include "db/document.h"

#include "db/parts.h"

/* $1 key */
static const struct statement document_find = {
	.name = "document_find",
	.nparams = 3,
	.sql =
	    "WITH " SQL_ME
	    " SELECT (repository_document(r.id) || upstream_status(r.id))::text, r.revision FROM me, repository r"
	    " WHERE r.key = $1 AND r.deleted_at IS NULL AND " SQL_SEEN("r"),
	.idempotent = true,
};

/* $1 class or NULL */
static const struct statement document_list = {
	.name = "document_list",
	.nparams = 3,
	.sql = "WITH " SQL_ME
	       " SELECT repository_document(r.id)::text, r.revision FROM me, repository r"
	       " WHERE r.deleted_at IS NULL AND ($1::text IS NULL OR class_name(r.class) = $1)"
	       "   AND " SQL_SEEN("r") " ORDER BY r.key",
	.idempotent = true,
};

static const struct statement document_save = {
	.name = "document_save",
	.nparams = 4 + ACTOR_PARAMS,
	.sql = "SELECT outcome, message FROM repository_save($1, $2, $3, $4, $5, $6, $7, $8)",
};

static const struct statement document_delete = {
	.name = "document_delete",
	.nparams = 2 + ACTOR_PARAMS,
	.sql = "SELECT outcome, message FROM repository_delete($1, $2, $3, $4, $5, $6)",
};

const struct statement *const document_statements[] = { &document_find, &document_list,
	&document_save, &document_delete, NULL };

static void
row_read(const PGresult *res, int row, struct document_row *out)
{
	*out = (struct document_row){ row_text(res, row, 0), (int)row_int(res, row, 1) };
}

bool
db_document_find(struct db *db, const char *key, const struct principal *principal,
    struct document_row **out, struct error *err)
{
	const struct param params[] = { param_text(key), param_int(db, principal->account),
		param_int(db, principal->epoch) };
	PGresult *res = db_query(db, &document_find, params, err);

	*out = NULL;
	if (res == NULL || PQntuples(res) == 0)
		return res != NULL;
	*out = arena_alloc(db->arena, sizeof(**out));
	row_read(res, 0, *out);
	return true;
}

bool
db_document_list(struct db *db, const char *rclass, const struct principal *principal,
    struct document_row **out, size_t *count, struct error *err)
{
	const struct param params[] = { param_text(rclass), param_int(db, principal->account),
		param_int(db, principal->epoch) };
	PGresult *res = db_query(db, &document_list, params, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++)
		row_read(res, (int)i, &(*out)[i]);
	return true;
}

static struct param
revision_param(struct db *db, int revision)
{
	return revision == 0 ? param_text(NULL) : param_int(db, revision);
}

static bool
outcome_read(const PGresult *res, enum document_outcome *outcome, const char **message)
{
	if (res == NULL)
		return false;
	*outcome = (enum document_outcome)row_int(res, 0, 0);
	*message = row_text(res, 0, 1);
	return true;
}

bool
db_document_save(struct db *db, const char *key, const char *json, enum document_mode mode,
    int revision, const struct actor *actor, enum document_outcome *outcome, const char **message,
    struct error *err)
{
	static const char *const modes[] = {
		[DOCUMENT_CREATE] = "create", [DOCUMENT_UPDATE] = "update", [DOCUMENT_PUT] = "put"
	};
	struct param params[4 + ACTOR_PARAMS] = { param_text(key), param_text(json),
		param_text(modes[mode]), revision_param(db, revision) };

	actor_params(db, actor, params + 4);
	return outcome_read(db_query(db, &document_save, params, err), outcome, message);
}

bool
db_document_delete(struct db *db, const char *key, int revision, const struct actor *actor,
    enum document_outcome *outcome, const char **message, struct error *err)
{
	struct param params[2 + ACTOR_PARAMS] = { param_text(key), revision_param(db, revision) };

	actor_params(db, actor, params + 2);
	return outcome_read(db_query(db, &document_delete, params, err), outcome, message);
}
