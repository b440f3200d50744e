/* Repositories as documents: Artifactory's repository configuration JSON
 * (sql/functions/document.sql). */
#ifndef DB_DOCUMENT_H
#define DB_DOCUMENT_H

#include "db/access_decision.h"
#include "db/query.h"

struct document_row {
	const char *json; /* the whole document */
	int revision;
};

/* NULL: there is no repository of that key, or the principal may read nothing there. */
bool db_document_find(struct db *, const char *key, const struct principal *,
    struct document_row **, struct error *) MUST_CHECK;
/* Those where the principal may read anything, by key; the class as in the documents, NULL: any. */
bool db_document_list(struct db *, const char *rclass, const struct principal *,
    struct document_row **, size_t *count, struct error *) MUST_CHECK;

enum document_mode { DOCUMENT_CREATE, DOCUMENT_UPDATE, DOCUMENT_PUT };
enum document_outcome {
	DOCUMENT_CREATED,
	DOCUMENT_CHANGED,
	DOCUMENT_BAD, /* in what follows *message says why */
	DOCUMENT_EXISTS,
	DOCUMENT_UNKNOWN,
	DOCUMENT_STALE
};

/* The whole edit in one transaction, one editor at a time. revision 0: whatever it is. Audited. */
bool db_document_save(struct db *, const char *key, const char *json, enum document_mode,
    int revision, const struct actor *, enum document_outcome *, const char **message,
    struct error *) MUST_CHECK;
bool db_document_delete(struct db *, const char *key, int revision, const struct actor *,
    enum document_outcome *, const char **message, struct error *) MUST_CHECK;

#endif
