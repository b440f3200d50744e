/*
 * Facts about the answer to a pull, besides the content and the error: which repository had it,
 * and which could not be asked.
 *
 * Functions that search fill the caller's answer, also if they fail: the list of members that could
 * not be asked matters most if nothing was found. It may be passed to one after the other.
 */
#ifndef REGISTRY_ANSWER_H
#define REGISTRY_ANSWER_H

#include "base/arena.h"
#include "base/error.h"

/* A member that could not be asked. */
struct unavailable {
	const char *key;
	const char *reason; /* for clients: "timed out" */
	const char *cause;  /* for the log */
	struct unavailable *next;
};

/* Zeroed before the first use. */
struct answer {
	const char *served_by;           /* key of the repository that had it */
	const char *warning;             /* value of a Warning header (RFC 7234, 5.5), or NULL */
	struct unavailable *unavailable; /* members that may have it; NULL: all were asked */
};

/* Record a member that the principal may read and that could not be asked. The strings are copied
 * into the arena. */
void answer_add_unavailable(
    struct answer *, struct arena *, const char *key, const char *reason, const char *cause);
/* All recorded members: "KEY: REASON, KEY: REASON". */
const char *answer_reasons(const struct answer *, struct arena *) RETURNS_NONNULL;
/* Their causes, for the log. */
const char *answer_causes(const struct answer *, struct arena *) RETURNS_NONNULL;
/* Set this error code for a lookup without a result; the message names the members that could not
 * be asked. Returns false. */
bool answer_unknown(const struct answer *, struct arena *, enum error_code, struct error *);

#endif
