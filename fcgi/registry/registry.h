/*
 * The domain: what push and pull mean, for one asker at one repository key.
 *
 * It owns the order *bytes first, row second; row gone first, bytes after*: a row never points at
 * missing bytes, stray bytes are only garbage. Every function asks the database once where it can,
 * and turns the access decision that comes back into an error the same way (registry_admit), so
 * that what one may not read and what does not exist leave by the same road.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include <stdbool.h>

#include "base/error.h"
#include "db/access_decision.h"
#include "store/store.h"
#include "store/unpack.h"

struct db;
struct relay;

/* Is the client about to push under the name it asks for? How upstreams fare is nothing to it then.
 */
enum intent {
	INTENT_PULL,
	INTENT_PUSH,
	INTENT_OPEN /* it asks with a password: its rights tell */
};

/* A member that could not be asked. */
struct unavailable {
	const char *key;
	const char *reason; /* for clients: "timed out" */
	const char *cause;  /* for the log */
	struct unavailable *next;
};

struct registry {
	struct db *db;              /* borrowed */
	struct store *store;        /* borrowed */
	struct relay *relay;        /* borrowed; NULL where no upstream is ever asked */
	bool may_block;             /* for an upstream, or for long work; else ERROR_WOULD_BLOCK */
	int64_t upload_sessions;    /* that an account may have open at once; 0: any number */
	struct unpack_watch client; /* ends long work when nobody waits for it any more */
	const char *key;            /* the repository key that was asked */
	bool key_from_url; /* the client chose the key: only an administrator may learn that no
			      repository has it */
	int version;       /* of the API that asks: 1 or 2 */
	struct principal principal;
	struct actor actor;
	enum intent intent;

	bool key_known; /* there is a repository of that key */

	/* What the last failure was about, for who renders it. */
	bool key_unknown;     /* no repository of that key: the whole API is absent here */
	bool principal_stale; /* the account changed since it proved itself: prove again */
	bool blacked_out;     /* it, or where its pushes go: no right helps */
	int64_t retry_after;  /* seconds after which it may be different; 0: not known */
	struct unavailable *unavailable; /* members that may have it; NULL: all were asked */

	/* And of what was found. */
	const char *served_by; /* key of the repository that answered */
	const char *warning;   /* value of a Warning header (RFC 7234, 5.5); NULL: none */
};

/*
 * Turn a access decision into yes, or into the error: key unknown (NAME_UNKNOWN, key_unknown set),
 * blacked out (DENIED, blacked_out set), stale principal (UNAUTHORIZED, viewer_stale set), and for
 * an action not allowed: UNAUTHORIZED to anonymous, else `refusal`. An unknown key from the URL is
 * judged as a repository where nothing is allowed, except for an administrator.
 */
bool registry_admit(struct registry *, const struct access_decision *, enum error_code refusal,
    struct error *) MUST_CHECK;
/* For requests without a name: the key exists and the principal is still who it was. wants_read:
 * and may read something there. */
bool registry_admit_principal(struct registry *, bool wants_read, struct error *) MUST_CHECK;

/* Turn to the remote that stands for another registry among those behind the key, as far as their
 * patterns let the name, and the tag unless it is NULL, through; NAME_UNKNOWN if none does. */
bool registry_choose_namespace(struct registry *, const char *ns, const char *name, const char *tag,
    struct error *) MUST_CHECK;

/* Is the client about to push under that name? An open intent is looked up, once. */
bool registry_is_pushing(
    struct registry *, const char *name, bool *pushing, struct error *) MUST_CHECK;

/* Note a member that the principal may read and that could not be asked; texts live in the arena.
 */
void registry_unavailable(
    struct registry *, const char *key, const char *reason, const char *cause);
/* All of them, "KEY: REASON, KEY: REASON". */
const char *registry_unavailable_text(const struct registry *);
/* And in full, for the log. */
const char *registry_unavailable_causes(const struct registry *);
/* Nothing was found, and this is the code for it; says which members could not be asked. Returns
 * false. */
bool registry_unknown(const struct registry *, enum error_code, struct error *);

#endif
