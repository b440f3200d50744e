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
	bool
	    guarded; /* silent, since a local member that the principal does not see has the name */
	bool may_fill;  /* the principal may write to its cache */
	bool offline;   /* never asked */
	bool missed;    /* it did not have it, or refused it, a while ago */
	int64_t wanted; /* its size, if a manifest cached under this name names the digest, or it is
			   on its way; -1: neither */
	const char *source; /* where the digest lies if not at the upstream; NULL: there */
	bool listed;        /* its list of tags is fresh */
	int64_t away;       /* seconds for which it is not asked; 0: it is */
	bool limited;       /* since it said that we ask too much; else it is assumed offline */
	int64_t suspect_ms; /* it has just given no answer, and is being probed for at most so long;
			       0: it is not */
	const char *trouble, *reason; /* of the last failure, for clients and in full; NULL: none */

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

/* In memory of its own; trouble and source are left out. */
struct remote *remote_copy(struct arena *, const struct remote *) RETURNS_NONNULL;

/* What is asked for: a manifest by reference, a blob by digest, or the tags (neither). */
struct remote_question {
	const char *tag;
	const struct digest *digest;
	bool blob; /* the digest is a blob's */
};

/* The remotes on the principal's paths that may be asked about the name, in the order of the
 * search: none where the shadowing guard is on and the principal sees that a local member holds the
 * name. */
bool db_remotes_find(struct db *, const char *key, const char *name, const struct remote_question *,
    const struct principal *, struct access_decision *, struct remote **, size_t *count,
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
/* It does not have it (reason NULL), or refuses it; remembered for its missing_seconds. */
bool db_remote_missed(struct db *, const struct remote *, const struct remote_question *,
    const char *reason, struct error *) MUST_CHECK;
bool db_remote_listed(struct db *, const struct remote *, const char *const *tags, size_t count,
    struct error *) MUST_CHECK;
/* Why a remote was not of use. */
struct remote_trouble {
	const char *word;   /* for clients */
	const char *reason; /* for the log and for administrators */
};
/* It gave no answer; until a probe says more it is not asked, for at most so many seconds. */
bool db_remote_suspected(
    struct db *, int id, const struct remote_trouble *, int seconds, struct error *) MUST_CHECK;
/* It answered with a server's trouble for this name. *several: for several names in a row. */
bool db_remote_struck(
    struct db *, int id, const char *path, bool *several, struct error *) MUST_CHECK;
/* It is in trouble, or said that we ask too much (limited), and is not asked for so many seconds.
 * *tell: that has not been logged for a minute. */
bool db_remote_failed(struct db *, int id, const struct remote_trouble *, int64_t seconds,
    bool limited, bool *tell, struct error *) MUST_CHECK;
/* Those that are assumed offline, as far as a probe needs to know them. */
bool db_remotes_backing_off(
    struct db *, struct remote **, size_t *count, struct error *) MUST_CHECK;
/* It answered; limit -1: without a word on its limit. */
bool db_remote_answered(
    struct db *, int id, int limit, int remaining, int seconds, struct error *) MUST_CHECK;
/* A tag out of date was served. Audited, once a minute. */
bool db_stale_served(struct db *, int id, const char *path, const char *tag, const char *reason,
    const struct actor *, struct error *) MUST_CHECK;

#endif
