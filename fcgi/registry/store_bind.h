/* Bind a directory to the database as its blob store: both then carry the same identity
 * (store/identity.h). Done once, by stowagectl. */
#ifndef REGISTRY_STORE_BIND_H
#define REGISTRY_STORE_BIND_H

#include "db/installation.h"
#include "store/store.h"

enum store_bound {
	STORE_BOUND_BEFORE, /* it already carries the identity */
	STORE_BOUND_NOW
};

struct store_binding {
	const char *path; /* of the directory */
	const struct actor *actor;
	bool adopt;              /* accept any content; else only content that fits the rows */
	enum store_bound bound;  /* the result */
	size_t sampled, missing; /* blobs that were looked for, and how many are missing */
};

/*
 * Without `adopt` the directory must hold a sample of the blobs that the database names, with their
 * sizes, or be empty while the database has no blobs, and no other directory may be bound:
 * CONFLICT, with the path as the cause. A directory that carries another identity is always
 * refused.
 */
bool registry_store_bind(struct db *, struct store_binding *, struct error *) MUST_CHECK;

/* Open the database's store at the path. A missing store is not an error (store_look()). NULL: the
 * database does not answer. */
struct store *registry_store_open(struct db_pool *, const char *path, struct error *) MUST_CHECK;

#endif
