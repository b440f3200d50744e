/* Which repository serves a name and reference, and why. */
#include <string.h>

#include "oci/name.h"
#include "oci/reference.h"
#include "registry/resolution.h"
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
	    !registry_resolution_describe(request_scope(req), key, name, &reference,
		user == NULL || *user == '\0' ? NULL : user, &json, err))
		return false;
	reply_bytes(req, 200, "application/json", json, strlen(json));
	return true;
}
