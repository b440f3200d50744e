/*
 * Tying a directory to the database as its blob store: both carry the same identity from then on
 * (store/identity.h). Done once, by stowagectl.
 */
#ifndef REGISTRY_STORE_BIND_H
#define REGISTRY_STORE_BIND_H

#include "db/installation.h"
#include "store/store.h"

enum store_bound {
	STORE_BOUND_BEFORE, /* it carries the identity already */
	STORE_BOUND_NOW
};

struct store_binding {
	const char *path; /* of the directory */
	const struct actor *actor;
	bool adopt;              /* whatever the directory holds; else only if it fits the rows */
	enum store_bound bound;  /* the result, */
	size_t sampled, missing; /* and how many blobs were looked for, and are not there */
};

/*
 * Without `adopt` the directory must hold a sample of the blobs that the database names, with their
 * sizes, or be empty while there are no blobs, and no other directory may be bound: CONFLICT, with
 * the path as the cause. A directory that carries another identity is refused in any case.
 */
bool registry_store_bind(struct db *, struct store_binding *, struct error *) MUST_CHECK;

/* The database's store, looked for at the path once; it need not be there (store_look()). NULL: the
 * database does not answer. */
struct store *registry_store_open(struct db_pool *, const char *path, struct error *) MUST_CHECK;

#endif
