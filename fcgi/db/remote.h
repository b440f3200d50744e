/* Remote repositories on the serving path: which to ask, and the outcomes. */
#ifndef DB_REMOTE_H
#define DB_REMOTE_H

#include "base/egress.h"
#include "db/manifest.h"

/* A remote that may have the requested content, with all that is needed to ask it. */
struct remote {
	int id;
	const char *key;
	const char *path; /* the image name there */
	bool priority;    /* searched before the other members */
	bool guarded;  /* may not answer: a local member has the name, and the principal cannot read
			    it */
	bool may_fill; /* the principal may write to its cache */
	bool offline;  /* set offline: never asked */
	bool in_negative_cache; /* it recently lacked or refused the content */
	int64_t stated_size; /* size of the digest, if a manifest cached under this name references
			   it, or it is being fetched; -1: neither */
	const char *source;  /* URL of the digest if it is not at the upstream; else NULL */
	bool tags_fresh;     /* its tag list is fresh */
	int64_t backoff_seconds; /* it is not asked for this long; 0: it is asked */
	bool limited;            /* backing off because of a rate limit; else the circuit is open */
	int64_t suspect_ms;      /* it recently did not answer, and is being probed for at most this
				    long; 0: not suspected */
	const char *trouble, *reason; /* last failure, for clients and in full; NULL: none */

	const char *url, *username, *password;
	bool token_authentication, any_host_auth, private_networks;
	struct egress egress;
	const char *const *realm_hosts;
	size_t realm_host_count;
	int timeout_ms, metadata_timeout_ms, answer_ms;
	int fresh_seconds, missing_seconds, assumed_offline_seconds;
	bool hard_fail, store_locally, block_schema1, block_mismatching_types;
	const char *mismatching_types;
};

/* A deep copy without trouble and source. */
struct remote *remote_copy(struct arena *, const struct remote *) RETURNS_NONNULL;

/* The requested content: a manifest by reference, a blob by digest, or the tags (neither). */
struct remote_question {
	const char *tag;
	const struct digest *digest;
	bool blob; /* the digest of a blob */
};

/* The remotes on the principal's paths that may be asked about the name, in search order. Empty if
 * the shadowing guard is on and the principal sees that a local member has the name. */
bool db_remotes_find(struct db *, const char *key, const char *name, const struct remote_question *,
    const struct principal *, struct access_decision *, struct remote **, size_t *count,
    struct error *) MUST_CHECK;

/* Store a verified manifest under the remote's name, and under the tag unless that is NULL.
 * *warning: a defect of the manifest, which is stored nevertheless; NULL: none. */
struct manifest_cache {
	const struct remote *remote;
	const char *tag;
	const struct manifest *manifest;
	const struct digest *digest;
	struct bytes payload;
	const char *referrer; /* descriptor JSON; NULL without subject */
	const struct actor *actor;
};
bool db_manifest_cache(
    struct db *, const struct manifest_cache *, const char **warning, struct error *) MUST_CHECK;

/* Record that the cached tag was revalidated. */
bool db_remote_revalidated(
    struct db *, const struct remote *, const char *tag, struct error *) MUST_CHECK;
/* Record in the negative cache that the remote does not have the content (reason NULL), or refuses
 * it; valid for its missing_seconds. */
bool db_negative_cache_put(struct db *, const struct remote *, const struct remote_question *,
    const char *reason, struct error *) MUST_CHECK;
bool db_remote_tags_put(struct db *, const struct remote *, const char *const *tags, size_t count,
    struct error *) MUST_CHECK;
/* Why a remote failed. */
struct remote_trouble {
	const char *message; /* for clients */
	const char *reason;  /* for the log and for administrators */
};
/* Record that the remote did not answer; until a probe decides it is not asked, for at most
 * `seconds`. */
bool db_remote_suspected(
    struct db *, int id, const struct remote_trouble *, int seconds, struct error *) MUST_CHECK;
/* Record that the remote answered with a server error for this name. *several: for several names in
 * a row. */
bool db_remote_struck(
    struct db *, int id, const char *path, bool *several, struct error *) MUST_CHECK;
/* Record that the remote failed, or that it limits our rate (limited), so that it is not asked for
 * `seconds`. *must_log: this has not been logged for a minute. */
bool db_remote_failed(struct db *, int id, const struct remote_trouble *, int64_t seconds,
    bool limited, bool *must_log, struct error *) MUST_CHECK;
/* The remotes whose circuit is open, with the fields that a probe needs. */
bool db_remotes_backing_off(
    struct db *, struct remote **, size_t *count, struct error *) MUST_CHECK;
/* Record that the remote answered; limit -1: it did not send its limit. */
bool db_remote_answered(
    struct db *, int id, int limit, int remaining, int seconds, struct error *) MUST_CHECK;
/* Record that a stale tag was served. Audited, at most once a minute. */
bool db_stale_served(struct db *, int id, const char *path, const char *tag, const char *reason,
    const struct actor *, struct error *) MUST_CHECK;

#endif
