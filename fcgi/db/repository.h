/* Repositories by key, for the serving path; document.h edits them. */
#ifndef DB_REPOSITORY_H
#define DB_REPOSITORY_H

#include "db/access_decision.h"
#include "db/query.h"
#include "db/words.h"

/* The target of a push to key under name: the repository itself if it is local, or the default
 * deployment of a virtual. */
struct target {
	int repository;  /* 0: a virtual without default deployment, or a remote: push fails */
	const char *key; /* key of the target */
	int actions;     /* rights of the principal there under this name; admins have all */
	int64_t image;   /* 0: the image does not exist yet */
	bool takes_schema1;
	bool forwards; /* version 1: pushes are forwarded to the bridged repository */
};

/* access_decision.allowed: target->actions contains all bits of `action`. */
bool db_target_find(struct db *, const char *key, const char *name, const struct principal *,
    int action, struct access_decision *, struct target *, struct error *) MUST_CHECK;

/* Find the remote that proxies the registry `ns`, is on a path of the key whose patterns include
 * the name, and may be read by the principal; NULL: not found. tag: NULL if the request has no
 * tag. */
bool db_namespace_find(struct db *, const char *key, const struct principal *, const char *ns,
    const char *name, const char *tag, const char **remote, struct error *) MUST_CHECK;

/* Rights of the principal under name, on any resolved member (read) and on the push target (write,
 * delete), which a token may grant. One statement. */
bool db_rights_find(struct db *, const char *key, const char *name, const struct principal *,
    struct access_decision *, int *actions, struct error *) MUST_CHECK;

/* Only the access decision of a principal at a repository of this API version, for /v2/ and other
 * requests without an image name. allowed: it may read anything there. */
bool db_access_decision_find(struct db *, const char *key, int version, const struct principal *,
    struct access_decision *, struct error *) MUST_CHECK;

/* Names of the repository's images with a manifest that the principal may read, after `last`, in
 * byte order; names of its resolved members are merged, each once. */
bool db_catalog(struct db *, const char *key, const struct principal *, const char *last, int limit,
    struct access_decision *, const char ***names, size_t *count, struct error *) MUST_CHECK;

#endif
