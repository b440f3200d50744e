/*
 * Repositories as administrators configure them. A repository is a document (Artifactory's
 * repository configuration JSON; sql/functions/document.sql lists its fields) with a revision,
 * which every edit increments.
 */
#ifndef REGISTRY_REPOSITORIES_H
#define REGISTRY_REPOSITORIES_H

#include "base/config.h"
#include "db/document.h"
#include "registry/registry.h"

/* A repository as the principal may see it. The strings live in the arena. */
struct repository {
	const char *key, *rclass; /* "local", "remote" or "virtual" */
	const char *description, *project;
	const char *url; /* upstream of a remote; NULL unless the principal is an administrator */
	const char *document; /* JSON text; NULL unless the principal is an administrator */
	int revision;
	const char *version; /* unlike that of any other content, and of any earlier repository with
				this key; NULL in lists */
};

/* NULL: the repository does not exist, or the principal may not read anything in it. */
bool registry_repository_find(
    const struct request_scope *, const char *key, struct repository **, struct error *) MUST_CHECK;
/* The repositories in which the principal may read anything, by key. rclass NULL: any class. */
bool registry_repository_list(const struct request_scope *, const char *rclass,
    struct repository **, size_t *count, struct error *) MUST_CHECK;

/* Revisions that an edit may require, besides an exact one. */
#define REPOSITORY_REVISION_ANY 0
#define REPOSITORY_REVISION_NONE (-1) /* no revision will do: PRECONDITION, or NOT_FOUND */

struct repository_edit {
	const char *key;
	const char *document; /* the text of a JSON object; fields of other classes are ignored */
	enum document_mode mode;
	int revision; /* the required one */
};

/*
 * Save an edit, in one transaction. *created: the repository is new. *note: something that the
 * administrator should know about the change, or NULL. Audited.
 *
 * UNAUTHORIZED or DENIED: the principal is not an administrator. BAD_REQUEST: the document is
 * invalid (the message begins with the field), names a missing section of the settings, or the key
 * belongs to another repository. NOT_FOUND: the repository to be changed does not exist.
 * PRECONDITION: it has another revision, or exists although the mode is DOCUMENT_CREATE.
 */
bool registry_repository_save(const struct request_scope *, const struct config *,
    const struct repository_edit *, bool *created, const char **note, struct error *) MUST_CHECK;
/* Delete a repository that has the required revision; errors, audit and *note as above. Its content
 * is removed later. */
bool registry_repository_delete(const struct request_scope *, const char *key, int revision,
    const char **note, struct error *) MUST_CHECK;

#endif
