/* The row that identifies the installation of this database, and the state of its blob store. */
#ifndef DB_INSTALLATION_H
#define DB_INSTALLATION_H

#include "db/blob.h"

struct installation {
	const char *identity; /* UUID, also in the store */
	bool store_bound;     /* a store has this identity */
};

bool db_installation_find(struct db *, struct installation *, struct error *) MUST_CHECK;
/* Record that the store has the identity. Audited, unless it was bound before. */
bool db_store_bind(struct db *, const struct actor *, struct error *) MUST_CHECK;
/* At most `limit` blob rows, from all over the table; only digest, file and size are set. */
bool db_blob_sample(
    struct db *, int limit, struct file_row **, size_t *count, struct error *) MUST_CHECK;

/* Record the state of the store as a program on a node sees it; trouble NULL: healthy. *identity:
 * the database's current one. */
bool db_store_seen(struct db *, const char *node, const char *program, const char *trouble,
    const char **identity, struct error *) MUST_CHECK;

#endif
