/* Repositories as documents: Artifactory's repository configuration JSON
 * (sql/functions/document.sql). */
#ifndef DB_DOCUMENT_H
#define DB_DOCUMENT_H

#include "db/access_decision.h"
#include "db/query.h"
#include "db/words.h"

struct document_row {
	const char *json; /* the whole document */
	int revision;
};

/* NULL: the repository does not exist, or the principal may not read anything in it. */
bool db_document_find(struct db *, const char *key, const struct principal *,
    struct document_row **, struct error *) MUST_CHECK;
/* Documents of the repositories in which the principal may read anything, by key. rclass as in the
 * documents; NULL: any. */
bool db_document_list(struct db *, const char *rclass, const struct principal *,
    struct document_row **, size_t *count, struct error *) MUST_CHECK;

enum document_mode { DOCUMENT_CREATE, DOCUMENT_UPDATE, DOCUMENT_PUT };

/* Save an edit in one transaction, serialised with others. revision 0: any. Audited. */
bool db_document_save(struct db *, const char *key, const char *json, enum document_mode,
    int revision, const struct actor *, enum document_outcome *, const char **message,
    struct error *) MUST_CHECK;
bool db_document_delete(struct db *, const char *key, int revision, const struct actor *,
    enum document_outcome *, const char **message, struct error *) MUST_CHECK;

#endif
