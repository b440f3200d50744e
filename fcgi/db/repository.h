/* Repositories by key, as the serving path needs them; editing them is document.h. */
#ifndef DB_REPOSITORY_H
#define DB_REPOSITORY_H

#include "db/access_decision.h"
#include "db/query.h"

enum repository_class { REPOSITORY_LOCAL = 1, REPOSITORY_REMOTE = 2, REPOSITORY_VIRTUAL = 3 };

/* Where a push to key under name lands: the repository itself if local, a virtual's default
 * deployment if there is one. */
struct target {
	int repository;  /* 0: a virtual without default deployment, or a remote: nothing can be
			    pushed */
	const char *key; /* the target's own key */
	int actions;     /* bits the principal has there under this name; admins have all */
	int64_t image;   /* 0: no such image yet */
	bool takes_schema1;
	bool hands_on; /* of version 1: what is pushed goes into the bridged repository too */
};

/* access decision.allowed: `wanted` bits are all in target->actions. */
bool db_target_find(struct db *, const char *key, const char *name, const struct principal *,
    int wanted, struct access_decision *, struct target *, struct error *) MUST_CHECK;

/* The remote that stands for the registry `ns` and lies on a path of the key whose patterns let the
 * name through, where the principal may read anything; NULL: there is none. tag: NULL if no tag is
 * asked for. */
bool db_namespace_find(struct db *, const char *key, const struct principal *, const char *ns,
    const char *name, const char *tag, const char **remote, struct error *) MUST_CHECK;

/* Bits the principal has under name on any leaf (reads) and on the push target (write, delete):
 * what a token may be given. One statement. */
bool db_rights_find(struct db *, const char *key, const char *name, const struct principal *,
    struct access_decision *, int *actions, struct error *) MUST_CHECK;

/* Only the access decision of a principal at a repository of that version of the API, without name:
 * for /v2/ and the upload of nothing. allowed: may read anything there at all. */
bool db_access_decision_find(struct db *, const char *key, int version, const struct principal *,
    struct access_decision *, struct error *) MUST_CHECK;

/* Names of the repository's images that hold a manifest the principal may read, after `last`, in
 * byte order; a leaf's names merged, each once. */
bool db_catalog(struct db *, const char *key, const struct principal *, const char *last, int limit,
    struct access_decision *, const char ***names, size_t *count, struct error *) MUST_CHECK;

#endif
