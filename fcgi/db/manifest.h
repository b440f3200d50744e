/* Manifests (stored once per digest, linked per image) and tags. */
#ifndef DB_MANIFEST_H
#define DB_MANIFEST_H

#include "db/access_decision.h"
#include "db/query.h"
#include "db/repository.h"
#include "db/words.h"
#include "oci/manifest.h"
#include "oci/reference.h"

struct manifest_row {
	struct digest digest;
	const char *media_type;
	int64_t size;
	struct bytes payload;   /* empty unless requested */
	const char *repository; /* key of the resolved member that has it */
	int member;             /* id of that member */
	bool remote;            /* the member is a remote: this is from its cache */
	bool priority;          /* the member is searched before others */
	bool stale;             /* must be revalidated with its upstream */
};

/* Find a manifest in one round trip: access decision, permission, nesting, content. NULL: it does
 * not exist, or not for this principal (the same result). *ask: an upstream may have more. */
bool db_manifest_find(struct db *, const char *key, const char *name, const struct reference *,
    const struct principal *, bool payload, struct access_decision *, struct manifest_row **,
    bool *ask, struct error *) MUST_CHECK;

struct manifest_put {
	const char *key,
	    *name; /* as requested: digests may be resolved through its members (data-model 0, 2) */
	const struct target *target;
	const struct principal *principal;
	const struct actor *actor;
	const struct manifest *manifest;
	const struct digest *digest;
	struct bytes payload;
	const char *const *tags; /* set in this order; empty for a push by digest */
	size_t tag_count;
	const struct digest *expected; /* If-Match for the tag; NULL: absent */
	const char *referrer;          /* descriptor JSON; NULL without subject */
};

/* Push in one statement and transaction: resolve and lock, insert, link, tag, audit. Idempotent.
 * *size: for MANIFEST_PUT_SIZE, of missing[0]. */
bool db_manifest_put(struct db *, const struct manifest_put *, enum manifest_put_outcome *,
    struct digest **missing, size_t *missing_count, int64_t *size, struct error *) MUST_CHECK;

/* A tagged index of an image, whose manifests must be kept. */
struct manifest_holder {
	const char *index; /* its digest; NULL: not found */
	const char *tag;
};

/* Unlink a digest (and its tags) from the target's image; *found false: not found. Nothing is done
 * if *holder references it. Audited. */
bool db_manifest_delete(struct db *, const struct target *, const char *name, const struct digest *,
    const struct actor *, bool *found, struct manifest_holder *holder, struct error *) MUST_CHECK;
bool db_tag_delete(struct db *, const struct target *, const char *name, const char *tag,
    const struct actor *, bool *found, struct error *) MUST_CHECK;

/* Tags of a name that follow `last`, in byte order, merged over the resolved members that the
 * principal may read. *known: the name has a manifest there; *ask: an upstream may have more. */
bool db_tags_list(struct db *, const char *key, const char *name, const struct principal *,
    const char *last, int limit, struct access_decision *, bool *known, bool *ask,
    const char ***tags, size_t *count, struct error *) MUST_CHECK;

/*
 * Descriptors (JSON text) of manifests whose subject is `subject`, filtered by artifact type (NULL:
 * all), that follow the digest `last` (text), ordered by digest: at most `limit`, and at most
 * `bytes` of text unless the first alone is longer; *more: the list continues. (*digests)[i] is the
 * digest, as text, of (*descriptors)[i].
 */
bool db_referrers_list(struct db *, const char *key, const char *name, const struct digest *subject,
    const char *artifact_type, const struct principal *, const char *last, int limit, int64_t bytes,
    struct access_decision *, const char ***descriptors, const char ***digests, size_t *count,
    bool *more, struct error *) MUST_CHECK;

#endif
