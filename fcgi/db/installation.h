/* The row that says which installation this database is, and what it knows of its blob store. */
#ifndef DB_INSTALLATION_H
#define DB_INSTALLATION_H

#include "db/blob.h"

struct installation {
	const char *identity; /* uuid, which the store carries too */
	bool store_bound;     /* a store was given that identity */
};

bool db_installation_find(struct db *, struct installation *, struct error *) MUST_CHECK;
/* Record that the store carries the identity. Audited, unless it was bound before. */
bool db_store_bind(struct db *, const struct actor *, struct error *) MUST_CHECK;
/* At most `limit` blob rows, from all over the table; only digest, file and size are set. */
bool db_blob_sample(
    struct db *, int limit, struct file_row **, size_t *count, struct error *) MUST_CHECK;

/* What a program on a node sees of the store; trouble NULL: all is well. *identity: the database's
 * now. */
bool db_store_seen(struct db *, const char *node, const char *program, const char *trouble,
    const char **identity, struct error *) MUST_CHECK;

#endif
