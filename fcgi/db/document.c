#include "db/document.h"

#include "db/parts.h"
#include "db/sql.h"

static struct document_row
document_read(struct document_find_row row)
{
	return (struct document_row){ row.json, row.revision };
}

bool
db_document_find(struct db *db, const char *key, const struct principal *principal,
    struct document_row **out, struct error *err)
{
	PGresult *res = document_find_query(
	    db, (struct document_find_args){ .key = key, PRINCIPAL_ARGS(principal) }, err);

	*out = NULL;
	if (res == NULL || PQntuples(res) == 0)
		return res != NULL;
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = document_read(document_find_row(res, 0));
	return true;
}

bool
db_document_list(struct db *db, const char *rclass, const struct principal *principal,
    struct document_row **out, size_t *count, struct error *err)
{
	PGresult *res = document_list_query(
	    db, (struct document_list_args){ .class = rclass, PRINCIPAL_ARGS(principal) }, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = document_read(document_list_row(res, (int)i));
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
	PGresult *res = document_save_query(db,
	    (struct document_save_args){ .key = key,
		.document = json,
		.mode = modes[mode],
		.revision = revision,
		ACTOR_ARGS(actor) },
	    err);

	if (res == NULL)
		return false;
	*outcome = (enum document_outcome)document_save_row(res, 0).outcome;
	*message = document_save_row(res, 0).message;
	return true;
}

bool
db_document_delete(struct db *db, const char *key, int revision, const struct actor *actor,
    enum document_outcome *outcome, const char **message, struct error *err)
{
	PGresult *res = document_delete_query(db,
	    (struct document_delete_args){ .key = key, .revision = revision, ACTOR_ARGS(actor) },
	    err);

	if (res == NULL)
		return false;
	*outcome = (enum document_outcome)document_delete_row(res, 0).outcome;
	*message = document_delete_row(res, 0).message;
	return true;
}
