/* Manifests: content once per digest, visible per image; tags. */
#ifndef DB_MANIFEST_H
#define DB_MANIFEST_H

#include "db/access_decision.h"
#include "db/query.h"
#include "db/repository.h"
#include "oci/manifest.h"
#include "oci/reference.h"

struct manifest_row {
	struct digest digest;
	const char *media_type;
	int64_t size;
	struct bytes payload;   /* empty when not asked for */
	const char *repository; /* key of the leaf that answered */
	int leaf;               /* its id */
	bool remote;            /* it is a remote: this came out of its cache */
	bool priority;          /* it is searched before others */
	bool stale;             /* its upstream should be asked whether this still holds */
};

/* One round trip: access decision, permission, nesting, content. NULL: not there, or not for this
 * principal (the same answer). *ask: an upstream may know more than what was found here. */
bool db_manifest_find(struct db *, const char *key, const char *name, const struct reference *,
    const struct principal *, bool payload, struct access_decision *, struct manifest_row **,
    bool *ask, struct error *) MUST_CHECK;

enum manifest_put_outcome {
	MANIFEST_PUT_DONE,
	MANIFEST_PUT_MISSING, /* blobs or children are not here: see missing */
	MANIFEST_PUT_DENIED,  /* a tag exists and the pusher may not overwrite it (needs delete too)
			       */
	MANIFEST_PUT_PRECONDITION, /* If-Match named another digest than the tag holds */
	MANIFEST_PUT_RETARGET, /* the target went away or the principal's right did, since it was
				* looked     up */
	MANIFEST_PUT_KEPT_OUT, /* a pattern on the way to the target is against a tag */
	MANIFEST_PUT_SIZE      /* missing[0] is here, and has another size than its descriptor */
};

struct manifest_put {
	const char *key,
	    *name; /* as pushed to: digests may be resolved through its leaves (data-model 0, 2) */
	const struct target *target;
	const struct principal *principal;
	const struct actor *actor;
	const struct manifest *manifest;
	const struct digest *digest;
	struct bytes payload;
	const char *const *tags; /* moved in this order; none for a push by digest */
	size_t tag_count;
	const struct digest *expected; /* If-Match for the tag; NULL: none */
	const char *referrer;          /* descriptor JSON, NULL without subject */
};

/* The whole push in one statement and transaction: resolve and lock, insert, link, tag, audit.
 * Idempotent. *size: on MANIFEST_PUT_SIZE, of missing[0]. */
bool db_manifest_put(struct db *, const struct manifest_put *, enum manifest_put_outcome *,
    struct digest **missing, size_t *missing_count, int64_t *size, struct error *) MUST_CHECK;

/* A tagged index of an image: the manifests that it leads to stay. */
struct manifest_holder {
	const char *index; /* its digest; NULL: none */
	const char *tag;
};

/* Unlink a digest (and the tags on it) from the target's image; *found false: it is not there.
 * Nothing is done if *holder needs it. Audited. */
bool db_manifest_delete(struct db *, const struct target *, const char *name, const struct digest *,
    const struct actor *, bool *found, struct manifest_holder *holder, struct error *) MUST_CHECK;
bool db_tag_delete(struct db *, const struct target *, const char *name, const char *tag,
    const struct actor *, bool *found, struct error *) MUST_CHECK;

/* Tags under name after `last`, byte order, merged over the leaves the principal may read. *known:
 * the name holds a manifest there; *ask: an upstream may know more. */
bool db_tags_list(struct db *, const char *key, const char *name, const struct principal *,
    const char *last, int limit, struct access_decision *, bool *known, bool *ask,
    const char ***tags, size_t *count, struct error *) MUST_CHECK;

/* Descriptors (JSON text) of manifests whose subject is `subject`, filtered by artifact type (NULL:
 * all), after the digest text `last`, ordered by digest: at most `limit`, and no more than `bytes`
 * of text unless the first alone is longer; *more: the list goes on.
 * (*digests)[i] is the text of the digest of (*descriptors)[i]. */
bool db_referrers_list(struct db *, const char *key, const char *name, const struct digest *subject,
    const char *artifact_type, const struct principal *, const char *last, int limit, int64_t bytes,
    struct access_decision *, const char ***descriptors, const char ***digests, size_t *count,
    bool *more, struct error *) MUST_CHECK;

#endif
