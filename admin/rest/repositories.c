/* Repositories as JSON documents (Artifactory's "Repository Configuration JSON"). */
#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "http/conditional.h"
#include "registry/repositories.h"
#include "rest/call.h"
#include "rest/handlers.h"

/* "local" for LOCAL; NULL: any. */
static const char *
requested_class(struct request *req)
{
	static const char *const classes[] = { "local", "remote", "virtual" };
	const char *type = request_query(req, "type");

	for (size_t i = 0; type != NULL && i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcasecmp(type, classes[i]) == 0)
			return classes[i];
	return type == NULL || *type == '\0' ? NULL : "";
}

/* A repository as it stands in a list. */
static json_t *
summary(struct request *req, const struct repository *repository)
{
	const char *url = repository->url;

	if (url == NULL)
		url = arena_printf(
		    req->arena, "%s/artifactory/%s", request_base_url(req), repository->key);
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "key", repository->key, "description",
	    repository->description, "type", rest_class(repository->rclass), "url", url,
	    "packageType", "Docker");
}

/* Is the repository in the requested project? */
static bool
is_of_project(struct request *req, const struct repository *repository)
{
	const char *project = request_query(req, "project");

	return project == NULL || *project == '\0' || strcmp(repository->project, project) == 0;
}

bool
rest_repositories_list(struct request *req, struct error *err)
{
	const char *package = request_query(req, "packageType");
	struct repository *repositories;
	json_t *list;
	size_t count;

	if (!registry_repository_list(
		request_scope(req), requested_class(req), &repositories, &count, err))
		return false;
	if (package != NULL && *package != '\0' && strcasecmp(package, "docker") != 0)
		count = 0;
	list = json_array();
	for (size_t i = 0; i < count; i++)
		if (is_of_project(req, &repositories[i]))
			json_array_append_new(list, summary(req, &repositories[i]));
	reply_header(req, "Cache-Control", "no-store");
	return reply_json(req, 200, list);
}

bool
rest_repositories_configurations(struct request *req, struct error *err)
{
	struct repository *repositories;
	json_t *all;
	size_t count;

	if (!registry_repository_list(request_scope(req), NULL, &repositories, &count, err))
		return false;
	all = json_pack("{s:[], s:[], s:[]}", "LOCAL", "REMOTE", "VIRTUAL");
	for (size_t i = 0; i < count; i++)
		json_array_append_new(json_object_get(all, rest_class(repositories[i].rclass)),
		    json_loads(repositories[i].document, 0, NULL));
	reply_header(req, "Cache-Control", "no-store");
	return reply_json(req, 200, all);
}

bool
rest_repository_get(struct request *req, struct error *err)
{
	struct repository *repository;
	const char *key;

	if (!rest_key(req, &key, err) ||
	    !registry_repository_find(request_scope(req), key, &repository, err))
		return false;
	if (repository == NULL)
		return error_set(err, ERROR_NOT_FOUND, "no such repository: %s", key);
	reply_headerf(req, "ETag", "\"%s\"", repository->version);
	reply_header(req, "Cache-Control", "no-store");
	if (repository->document == NULL)
		return reply_json(req, 200,
		    json_pack("{s:s, s:s, s:s, s:s}", "key", repository->key, "rclass",
			repository->rclass, "packageType", "docker", "description",
			repository->description));
	reply_bytes(
	    req, 200, "application/json", repository->document, strlen(repository->document));
	return true;
}

/* The revision that If-Match requires. */
static bool
required_revision(struct request *req, const char *key, int *revision, struct error *err)
{
	const char *header = request_header(req, "If-Match");
	struct repository *repository;

	*revision = REPOSITORY_REVISION_ANY;
	if (header == NULL)
		return true;
	if (!registry_repository_find(request_scope(req), key, &repository, err))
		return false;
	*revision = repository != NULL && conditional_etag_matches(header, repository->version)
			? repository->revision
			: REPOSITORY_REVISION_NONE;
	return true;
}

/* If-None-Match: * */
static bool
creates_only(struct request *req)
{
	const char *header = request_header(req, "If-None-Match");

	return header != NULL && strcmp(header, "*") == 0;
}

/* note: of the registry, or NULL. */
static bool
reply_outcome(struct request *req, const char *key, const char *done, const char *note)
{
	const char *text = arena_printf(req->arena, "repository %s %s%s%s\n", key, done,
	    note == NULL ? "" : "; ", note == NULL ? "" : note);

	reply_text(req, 200, text);
	return true;
}

static bool
save(struct request *req, enum document_mode mode, struct error *err)
{
	struct repository_edit edit = { .mode = mode };
	const char *note;
	bool created;

	return rest_key(req, &edit.key, err) && rest_document(req, &edit.document, err) &&
	       required_revision(req, edit.key, &edit.revision, err) &&
	       registry_repository_save(
		   request_scope(req), request_service(req)->config, &edit, &created, &note, err) &&
	       reply_outcome(req, edit.key, created ? "created" : "changed", note);
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
	const char *key, *note;
	int revision;

	return rest_key(req, &key, err) && required_revision(req, key, &revision, err) &&
	       registry_repository_delete(request_scope(req), key, revision, &note, err) &&
	       reply_outcome(req, key, "deleted", note);
}
