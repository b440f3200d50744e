#include "registry/repositories.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/log.h"
#include "db/query.h"
#include "oci/digest.h"
#include "registry/administrator.h"

/* NULL: not JSON. Freed with the arena. */
static const json_t *
load(struct arena *arena, const char *text)
{
	json_t *document = json_loads(text, 0, NULL);

	if (document != NULL)
		arena_defer(arena, (void (*)(void *))json_decref, document);
	return document;
}

/* A document that the database has checked to be JSON. */
static const json_t *
load_stored(struct arena *arena, const char *text)
{
	const json_t *document = load(arena, text);

	if (document == NULL)
		log_fatal("a document of a repository is not JSON");
	return document;
}

static const char *
field(struct arena *arena, const json_t *document, const char *name)
{
	const char *value = json_string_value(json_object_get(document, name));

	return value == NULL ? NULL : arena_strdup(arena, value);
}

/* stored: what holds for a document without a class, or NULL. */
static bool
is_remote(const json_t *document, const json_t *stored)
{
	const char *rclass = json_string_value(json_object_get(document, "rclass"));

	if (rclass == NULL)
		rclass = json_string_value(json_object_get(stored, "rclass"));
	return rclass != NULL && strcasecmp(rclass, "remote") == 0;
}

/* scratch: for memory that the result does not need. */
static struct repository
repository_read(
    const struct request_scope *scope, struct arena *scratch, const struct document_row *row)
{
	struct arena *arena = scope->registry->db->arena;
	bool is_admin = scope->principal.is_admin;
	const json_t *document = load_stored(scratch, row->json);

	return (struct repository){
		.key = field(arena, document, "key"),
		.rclass = field(arena, document, "rclass"),
		.description = field(arena, document, "description"),
		.project = field(arena, document, "projectKey"),
		.url = is_admin && is_remote(document, NULL) ? field(arena, document, "url") : NULL,
		.document = is_admin ? row->json : NULL,
		.revision = row->revision,
	};
}

/* The revision alone could match another repository, created after the key became free. */
static const char *
version(struct arena *arena, const struct document_row *row)
{
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, row->json, strlen(row->json));
	return arena_printf(arena, "%d-%.16s", row->revision, strchr(digest.text, ':') + 1);
}

bool
registry_repository_find(
    const struct request_scope *scope, const char *key, struct repository **out, struct error *err)
{
	struct arena *arena = scope->registry->db->arena;
	struct document_row *row;

	*out = NULL;
	if (!db_document_find(scope->registry->db, key, &scope->principal, &row, err))
		return false;
	if (row == NULL)
		return true;
	*out = arena_alloc(arena, sizeof(**out));
	**out = repository_read(scope, arena, row);
	(*out)->version = version(arena, row);
	return true;
}

bool
registry_repository_list(const struct request_scope *scope, const char *rclass,
    struct repository **out, size_t *count, struct error *err)
{
	struct arena *arena = scope->registry->db->arena, *scratch = arena_child(arena);
	struct document_row *rows;

	if (!db_document_list(scope->registry->db, rclass, &scope->principal, &rows, count, err))
		return false;
	*out = arena_array(arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		(*out)[i] = repository_read(scope, scratch, &rows[i]);
		arena_reset(scratch);
	}
	return true;
}

/* Does the field name an existing section of the settings, or keep its stored value? */
static bool
section_check(const json_t *document, const json_t *stored, const char *name, const char *section,
    const struct config_named *list, struct error *err)
{
	const json_t *value = json_object_get(document, name);
	const char *text = json_string_value(value);

	if (text == NULL || *text == '\0' || config_find(list, text) != NULL ||
	    json_equal(value, json_object_get(stored, name)))
		return true;
	return error_set(err, ERROR_BAD_REQUEST,
	    "%s: must be the name of a [%s] section of the settings file (got %s)", name, section,
	    text);
}

/* A remote that names a missing section could not reach its upstream. */
static bool
sections_check(const struct request_scope *scope, const struct config *config,
    const struct repository_edit *edit, struct error *err)
{
	struct arena *arena = scope->registry->db->arena;
	const json_t *document, *stored;
	struct document_row *row;

	if (!db_document_find(scope->registry->db, edit->key, &scope->principal, &row, err))
		return false;
	if ((document = load(arena, edit->document)) == NULL)
		return error_set(err, ERROR_BAD_REQUEST, "request body must be a JSON object");
	stored = row == NULL ? NULL : load_stored(arena, row->json);
	return !is_remote(document, stored) ||
	       (section_check(document, stored, "proxy", "proxy", config->proxies, err) &&
		   section_check(document, stored, "clientTlsCertificate", "certificate",
		       config->certificates, err));
}

/* True if the edit is done; else the error with the message from the database. */
static bool
is_done(
    enum document_outcome outcome, enum document_mode mode, const char *message, struct error *err)
{
	switch (outcome) {
	case DOCUMENT_CREATED:
	case DOCUMENT_CHANGED:
		return true;
	case DOCUMENT_BAD:
		return error_set(err, ERROR_BAD_REQUEST, "%s", message);
	case DOCUMENT_EXISTS: /* perhaps in another case */
		return error_set(err,
		    mode == DOCUMENT_CREATE ? ERROR_PRECONDITION : ERROR_BAD_REQUEST, "%s",
		    message);
	case DOCUMENT_UNKNOWN:
		return error_set(err, ERROR_NOT_FOUND, "%s", message);
	case DOCUMENT_STALE:
		break;
	}
	return error_set(err, ERROR_PRECONDITION, "%s", message);
}

bool
registry_repository_save(const struct request_scope *scope, const struct config *config,
    const struct repository_edit *edit, bool *created, const char **note, struct error *err)
{
	enum document_outcome outcome;

	if (!registry_admit_administrator(scope, err) ||
	    !sections_check(scope, config, edit, err) ||
	    !db_document_save(scope->registry->db, edit->key, edit->document, edit->mode,
		edit->revision, &scope->actor, &outcome, note, err))
		return false;
	*created = outcome == DOCUMENT_CREATED;
	return is_done(outcome, edit->mode, *note, err);
}

bool
registry_repository_delete(const struct request_scope *scope, const char *key, int revision,
    const char **note, struct error *err)
{
	enum document_outcome outcome;

	return registry_admit_administrator(scope, err) &&
	       db_document_delete(
		   scope->registry->db, key, revision, &scope->actor, &outcome, note, err) &&
	       is_done(outcome, DOCUMENT_UPDATE, *note, err);
}
