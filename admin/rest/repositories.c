/* Repositories as JSON documents (Artifactory's "Repository Configuration JSON"). */
#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "db/document.h"
#include "http/conditional.h"
#include "oci/digest.h"
#include "rest/call.h"
#include "rest/handlers.h"

static json_t *
document_load(const struct document_row *row)
{
	json_t *document = json_loads(row->json, 0, NULL);

	if (document == NULL)
		log_fatal("the database returned a document that is not JSON");
	return document;
}

/* "local" for LOCAL; NULL: any. */
static const char *
wanted_class(struct request *req)
{
	static const char *const classes[] = { "local", "remote", "virtual" };
	const char *type = request_query(req, "type");

	for (size_t i = 0; type != NULL && i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcasecmp(type, classes[i]) == 0)
			return classes[i];
	return type == NULL || *type == '\0' ? NULL : "";
}

/* The fields of a repository that every user may see. */
static json_t *
summary(struct request *req, json_t *document)
{
	const char *key = json_string_value(json_object_get(document, "key"));
	const char *rclass = json_string_value(json_object_get(document, "rclass"));
	const char *url = json_string_value(json_object_get(document, "url"));

	if (url == NULL || strcmp(rclass, "remote") != 0 || !rest_call(req)->is_admin)
		url = arena_printf(req->arena, "%s/artifactory/%s", request_base_url(req), key);
	return json_pack("{s:s, s:O, s:s, s:s, s:s}", "key", key, "description",
	    json_object_get(document, "description"), "type", rest_class(rclass), "url", url,
	    "packageType", "Docker");
}

/* Is the repository in the requested project? */
static bool
is_of_project(struct request *req, json_t *document)
{
	const char *wanted = request_query(req, "project");

	return wanted == NULL || *wanted == '\0' ||
	       strcmp(json_string_value(json_object_get(document, "projectKey")), wanted) == 0;
}

bool
rest_repositories_list(struct request *req, struct error *err)
{
	const char *package = request_query(req, "packageType");
	struct document_row *rows;
	json_t *list = json_array();
	size_t count;

	if (!db_document_list(request_registry(req)->db, wanted_class(req),
		&request_scope(req)->principal, &rows, &count, err)) {
		json_decref(list);
		return false;
	}
	if (package != NULL && *package != '\0' && strcasecmp(package, "docker") != 0)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		json_t *document = document_load(&rows[i]);

		if (is_of_project(req, document))
			json_array_append_new(list, summary(req, document));
		json_decref(document);
	}
	reply_header(req, "Cache-Control", "no-store");
	return reply_json(req, 200, list);
}

bool
rest_repositories_configurations(struct request *req, struct error *err)
{
	struct document_row *rows;
	json_t *all;
	size_t count;

	if (!db_document_list(request_registry(req)->db, NULL, &request_scope(req)->principal,
		&rows, &count, err))
		return false;
	all = json_pack("{s:[], s:[], s:[]}", "LOCAL", "REMOTE", "VIRTUAL");
	for (size_t i = 0; i < count; i++) {
		json_t *document = document_load(&rows[i]);
		const char *rclass = json_string_value(json_object_get(document, "rclass"));

		json_array_append_new(json_object_get(all, rest_class(rclass)), document);
	}
	reply_header(req, "Cache-Control", "no-store");
	return reply_json(req, 200, all);
}

/* The ETag without quotes. The revision alone could match another repository, created after the key
 * became free. */
static const char *
entity_tag(struct request *req, const struct document_row *row)
{
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, row->json, strlen(row->json));
	return arena_printf(req->arena, "%d-%.16s", row->revision, strchr(digest.text, ':') + 1);
}

bool
rest_repository_get(struct request *req, struct error *err)
{
	const struct registry *registry = request_registry(req);
	struct document_row *row;
	const char *key;
	json_t *document;

	if (!rest_key(req, &key, err) ||
	    !db_document_find(registry->db, key, &request_scope(req)->principal, &row, err))
		return false;
	if (row == NULL)
		return error_set(err, ERROR_NOT_FOUND, "no such repository: %s", key);
	reply_headerf(req, "ETag", "\"%s\"", entity_tag(req, row));
	reply_header(req, "Cache-Control", "no-store");
	if (rest_call(req)->is_admin) {
		reply_bytes(req, 200, "application/json", row->json, strlen(row->json));
		return true;
	}
	document = document_load(row);
	reply_json(req, 200,
	    json_pack("{s:O, s:O, s:O, s:O}", "key", json_object_get(document, "key"), "rclass",
		json_object_get(document, "rclass"), "packageType",
		json_object_get(document, "packageType"), "description",
		json_object_get(document, "description")));
	json_decref(document);
	return true;
}

/* The revision that If-Match names; 0 without If-Match, -1 if it is not the current one. */
static bool
expected_revision(struct request *req, const char *key, int *revision, struct error *err)
{
	const char *header = request_header(req, "If-Match");
	struct document_row *row;

	*revision = 0;
	if (header == NULL)
		return true;
	if (!db_document_find(
		request_registry(req)->db, key, &request_scope(req)->principal, &row, err))
		return false;
	*revision = row != NULL && conditional_etag_listed(header, entity_tag(req, row))
			? row->revision
			: -1;
	return true;
}

/* If-None-Match: * */
static bool
creates_only(struct request *req)
{
	const char *header = request_header(req, "If-None-Match");

	return header != NULL && strcmp(header, "*") == 0;
}

/* Report the outcome of an edit to the client. */
static bool
tell(struct request *req, const char *key, enum document_outcome outcome, const char *done,
    const char *message, struct error *err)
{
	switch (outcome) {
	case DOCUMENT_CREATED:
		reply_text(req, 200, arena_printf(req->arena, "repository %s created\n", key));
		return true;
	case DOCUMENT_CHANGED:
		reply_text(req, 200,
		    arena_printf(req->arena, "repository %s %s%s%s\n", key, done,
			message == NULL ? "" : "; ", message == NULL ? "" : message));
		return true;
	case DOCUMENT_BAD:
		return error_set(err, ERROR_BAD_REQUEST, "%s", message);
	case DOCUMENT_EXISTS: /* perhaps in another case */
		return error_set(
		    err, creates_only(req) ? ERROR_PRECONDITION : ERROR_BAD_REQUEST, "%s", message);
	case DOCUMENT_UNKNOWN:
		return error_set(err, ERROR_NOT_FOUND, "%s", message);
	case DOCUMENT_STALE:
		break;
	}
	return error_set(err, ERROR_PRECONDITION, "%s", message);
}

static bool
is_remote(const json_t *document, const json_t *stored)
{
	const char *rclass = json_string_value(json_object_get(document, "rclass"));

	if (rclass == NULL)
		rclass = json_string_value(json_object_get(stored, "rclass"));
	return rclass != NULL && strcasecmp(rclass, "remote") == 0;
}

/* Does the field name an existing section of the settings, or keep its stored value? */
static bool
section_check(const json_t *document, const json_t *stored, const char *field, const char *section,
    const struct config_named *list, struct error *err)
{
	const json_t *value = json_object_get(document, field);
	const char *name = json_string_value(value);

	if (name == NULL || *name == '\0' || config_find(list, name) != NULL ||
	    json_equal(value, json_object_get(stored, field)))
		return true;
	return error_set(err, ERROR_BAD_REQUEST,
	    "%s: must be the name of a [%s] section of the settings file (got %s)", field, section,
	    name);
}

/* A remote that names a missing section could not reach its upstream. */
static bool
sections_check(struct request *req, const char *key, const char *json, struct error *err)
{
	const struct config *config = request_service(req)->config;
	struct document_row *row;
	json_t *document, *stored;
	bool ok;

	if (!db_document_find(
		request_registry(req)->db, key, &request_scope(req)->principal, &row, err))
		return false;
	document = json_loads(json, 0, NULL);
	stored = row == NULL ? NULL : document_load(row);
	ok = !is_remote(document, stored) ||
	     (section_check(document, stored, "proxy", "proxy", config->proxies, err) &&
		 section_check(document, stored, "clientTlsCertificate", "certificate",
		     config->certificates, err));
	json_decref(document);
	json_decref(stored);
	return ok;
}

static bool
save(struct request *req, enum document_mode mode, struct error *err)
{
	const struct registry *registry = request_registry(req);
	enum document_outcome outcome;
	const char *key, *json, *message;
	int revision;

	return rest_key(req, &key, err) && rest_document(req, &json, err) &&
	       sections_check(req, key, json, err) && expected_revision(req, key, &revision, err) &&
	       db_document_save(registry->db, key, json, mode, revision, &request_scope(req)->actor,
		   &outcome, &message, err) &&
	       tell(req, key, outcome, "changed", message, err);
}

/* Create or replace; with If-None-Match: * only create. */
bool
rest_repository_put(struct request *req, struct error *err)
{
	return save(req, creates_only(req) ? DOCUMENT_CREATE : DOCUMENT_PUT, err);
}

bool
rest_repository_post(struct request *req, struct error *err)
{
	return save(req, DOCUMENT_UPDATE, err);
}

bool
rest_repository_remove(struct request *req, struct error *err)
{
	const struct registry *registry = request_registry(req);
	enum document_outcome outcome;
	const char *key, *message;
	int revision;

	return rest_key(req, &key, err) && expected_revision(req, key, &revision, err) &&
	       db_document_delete(registry->db, key, revision, &request_scope(req)->actor, &outcome,
		   &message, err) &&
	       tell(req, key, outcome, "deleted", message, err);
}
