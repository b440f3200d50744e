/*
 * The handles of the domain, the scope of a request, and its admission.
 *
 * The order is *bytes first, row second; row gone first, bytes after*: a row never refers to
 * missing bytes, and stray bytes are only garbage. Every function uses one database query if it
 * can, and turns the access decision of the query into an error in the same way (registry_admit),
 * so that clients cannot distinguish content they may not read from content that does not exist.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include <stdbool.h>

#include "base/error.h"
#include "db/access_decision.h"
#include "store/store.h"
#include "store/unpack.h"

struct db;
struct upstream_context;

/* Is the client about to push under the requested name? Then upstream failures do not concern
 * it. */
enum intent {
	INTENT_PULL,
	INTENT_PUSH,
	INTENT_OPEN /* it has credentials: its rights decide */
};

/* Handles, borrowed, and limits: all that is the same for every client. */
struct registry {
	struct db *db;
	struct store *store;
	struct upstream_context *upstream; /* NULL if upstreams are never asked */
	int64_t upload_sessions;           /* maximum of open sessions per account; 0: unlimited */
};

/*
 * The scope of a request: principal, repository key and manner. It refers to the handles, so that a
 * function which needs both takes one argument; functions that need only the handles take those.
 */
struct request_scope {
	const struct registry *registry;
	const char *key;   /* the requested repository key */
	bool key_from_url; /* the client chose the key: only an administrator may learn that no
			      repository has it */
	bool key_known;    /* found out by a statement: a repository has it */
	int version;       /* of the requested API: 1 or 2 */
	struct principal principal;
	struct actor actor;
	enum intent intent;
	bool may_block;             /* on an upstream or on long work; else ERROR_WOULD_BLOCK */
	struct unpack_watch client; /* ends long work when the client has gone */
};

/*
 * Return true if the access decision allows the request; otherwise set the error: KEY_UNKNOWN (the
 * whole API is absent), BLACKED_OUT (the repository is; rights do not help), PRINCIPAL_STALE (the
 * account has changed since it was authenticated: authenticate again), and for an action that is
 * not allowed UNAUTHORIZED to anonymous clients and `refusal` to others. An unknown key from the
 * URL is treated as a repository where nothing is allowed, except for an administrator.
 */
bool registry_admit(struct request_scope *, const struct access_decision *, enum error_code refusal,
    struct error *) MUST_CHECK;
/* For requests without a name: require that the key exists and that the principal is not stale.
 * wants_read: and that it may read something there. */
bool registry_admit_principal(struct request_scope *, bool wants_read, struct error *) MUST_CHECK;

/* Select the remote repository that proxies another registry, among those behind the key whose
 * patterns admit the name, and the tag unless it is NULL. NAME_UNKNOWN if none does. */
bool registry_choose_namespace(struct request_scope *, const char *ns, const char *name,
    const char *tag, struct error *) MUST_CHECK;

/* Is the client about to push under that name? INTENT_OPEN is resolved once, by its rights. */
bool registry_is_pushing(
    struct request_scope *, const char *name, bool *pushing, struct error *) MUST_CHECK;

#endif
