#include "db/repository.h"

#include "db/parts.h"
#include "db/sql.h"

bool
db_target_find(struct db *db, const char *key, const char *name, const struct principal *principal,
    int action, struct access_decision *decision, struct target *target, struct error *err)
{
	PGresult *res = target_find_query(db,
	    (struct target_find_args){
		.key = key, PRINCIPAL_ARGS(principal), .name = name, .action = action },
	    err);
	struct target_find_row row;

	if (res == NULL)
		return false;
	row = target_find_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*target = TARGET(row);
	return true;
}

bool
db_rights_find(struct db *db, const char *key, const char *name, const struct principal *principal,
    struct access_decision *decision, int *actions, struct error *err)
{
	PGresult *res = rights_find_query(db,
	    (struct rights_find_args){ .key = key, PRINCIPAL_ARGS(principal), .name = name }, err);
	struct rights_find_row row;

	if (res == NULL)
		return false;
	row = rights_find_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*actions = row.actions;
	return true;
}

bool
db_access_decision_find(struct db *db, const char *key, int version,
    const struct principal *principal, struct access_decision *decision, struct error *err)
{
	PGresult *res = access_decision_find_query(db,
	    (struct access_decision_find_args){
		.key = key, PRINCIPAL_ARGS(principal), .api_version = version },
	    err);
	struct access_decision_find_row row;

	if (res == NULL)
		return false;
	row = access_decision_find_row(res, 0);
	*decision = ACCESS_DECISION(row);
	return true;
}

bool
db_catalog(struct db *db, const char *key, const struct principal *principal, const char *last,
    int limit, struct access_decision *decision, const char ***names, size_t *count,
    struct error *err)
{
	PGresult *res = catalog_query(db,
	    (struct catalog_args){ .key = key,
		PRINCIPAL_ARGS(principal),
		.after = last == NULL ? "" : last,
		.limit = limit },
	    err);
	struct catalog_row row;

	if (res == NULL)
		return false;
	row = catalog_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*count = row.name == NULL ? 0 : (size_t)PQntuples(res);
	*names = arena_array(db->arena, *count, sizeof(**names));
	for (size_t i = 0; i < *count; i++)
		(*names)[i] = catalog_row(res, (int)i).name;
	return true;
}

bool
db_namespace_find(struct db *db, const char *key, const struct principal *principal, const char *ns,
    const char *name, const char *tag, const char **remote, struct error *err)
{
	PGresult *res = namespace_find_query(db,
	    (struct namespace_find_args){
		.key = key, PRINCIPAL_ARGS(principal), .name = name, .registry = ns, .tag = tag },
	    err);

	if (res == NULL)
		return false;
	*remote = PQntuples(res) == 0 ? NULL : namespace_find_row(res, 0).remote;
	return true;
}
