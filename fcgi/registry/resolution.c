#include "registry/resolution.h"

#include "db/report.h"
#include "registry/administrator.h"

bool
registry_resolution_describe(const struct request_scope *scope, const char *key, const char *name,
    const struct reference *reference, const char *user, const char **json, struct error *err)
{
	if (!registry_admit_administrator(scope, err) ||
	    !db_who_answers(scope->registry->db, key, name, reference,
		user == NULL ? scope->actor.name : user, json, err))
		return false;
	return *json != NULL || error_set(err, ERROR_NOT_FOUND, "no such repository or user");
}
