/* Which repository serves a name and reference, and why. */
#include <string.h>

#include "db/report.h"
#include "oci/name.h"
#include "oci/reference.h"
#include "rest/call.h"
#include "rest/handlers.h"

bool
rest_who_answers(struct request *req, struct error *err)
{
	const char *key, *name = request_query(req, "name"),
			 *text = request_query(req, "reference"),
			 *user = request_query(req, "user"), *json;
	struct reference reference;

	if (!rest_key(req, &key, err))
		return false;
	if (name == NULL || text == NULL)
		return error_set(
		    err, ERROR_BAD_REQUEST, "name, reference: must both be in the query");
	if (!name_check(name, err) || !reference_parse(&reference, text, err) ||
	    !db_who_answers(request_registry(req)->db, key, name, &reference,
		user == NULL || *user == '\0' ? req->call->identity->name : user, &json, err))
		return false;
	if (json == NULL)
		return error_set(err, ERROR_NOT_FOUND, "no such repository or user");
	reply_bytes(req, 200, "application/json", json, strlen(json));
	return true;
}
