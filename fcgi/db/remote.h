/* Remote repositories on the serving path: whom to ask, and what came of it. */
#ifndef DB_REMOTE_H
#define DB_REMOTE_H

#include "base/egress.h"
#include "db/manifest.h"

/* A remote that may know what was asked for, with all that is needed to ask it. */
struct remote {
	int id;
	const char *key;
	const char *path; /* the name there */
	bool priority;    /* searched before the other members */
	bool may_fill;    /* the viewer may write to its cache */
	bool offline;     /* never asked */
	bool missed;      /* it did not have it a while ago ... */
	bool refused;     /* ... or did not give it */
	int64_t wanted; /* its size, if a manifest cached under this name names the digest, or it is
			   on its way; -1: neither */
	const char *source; /* where the digest lies if not at the upstream; NULL: there */
	bool listed;        /* its list of tags is fresh */
	int64_t away;       /* seconds for which it is not asked; 0: it is */
	bool limited;       /* since it said that we ask too much; else it is assumed offline */
	const char *away_reason;

	const char *url, *username, *password;
	bool token_authentication, any_host_auth, private_networks;
	struct egress egress;
	const char *const *realm_hosts;
	size_t realm_host_count;
	int timeout_ms, metadata_timeout_ms;
	int fresh_seconds, missing_seconds, assumed_offline_seconds;
	bool hard_fail, store_locally, block_schema1, block_mismatching_types;
	const char *mismatching_types;
};

/* What is asked for: a manifest by reference, a blob by digest, or the tags (neither). */
struct remote_question {
	const char *tag;
	const struct digest *digest;
};

/* The remotes on the viewer's paths that may be asked about the name, in the order of the search:
 * none where a local member holds the name and the shadowing guard is on. */
bool db_remotes_find(struct db *, const char *key, const char *name, const struct remote_question *,
    const struct viewer *, struct standing *, struct remote **, size_t *count,
    struct error *) MUST_CHECK;

/* Store a verified manifest under the remote's name, and under the tag unless that is NULL.
 * *warning: what is wrong with it although it is stored; NULL: nothing. */
struct manifest_cache {
	const struct remote *remote;
	const char *tag;
	const struct manifest *manifest;
	const struct digest *digest;
	struct bytes payload;
	const char *referrer; /* descriptor JSON, NULL without subject */
	const struct actor *actor;
};
bool db_manifest_cache(
    struct db *, const struct manifest_cache *, const char **warning, struct error *) MUST_CHECK;

/* The cached tag is still right. */
bool db_remote_trust(
    struct db *, const struct remote *, const char *tag, struct error *) MUST_CHECK;
/* It does not have it (refused: or does not give it); remembered for its missing_seconds. */
bool db_remote_missed(struct db *, const struct remote *, const struct remote_question *,
    bool refused, struct error *) MUST_CHECK;
bool db_remote_listed(struct db *, const struct remote *, const char *const *tags, size_t count,
    struct error *) MUST_CHECK;
/* It failed, or said that we ask too much (limited), and is not asked for so many seconds. */
bool db_remote_failed(struct db *, int id, const char *reason, int64_t seconds, bool limited,
    struct error *) MUST_CHECK;
/* Those that are assumed offline, as far as a probe needs to know them. */
bool db_remotes_away(struct db *, struct remote **, size_t *count, struct error *) MUST_CHECK;
/* It answered; limit -1: without a word on its limit. */
bool db_remote_answered(
    struct db *, int id, int limit, int remaining, int seconds, struct error *) MUST_CHECK;
/* A tag out of date was served. Audited, once a minute. */
bool db_stale_served(struct db *, int id, const char *path, const char *tag, const char *reason,
    const struct actor *, struct error *) MUST_CHECK;

#endif
