/* One search through the remote repositories behind a key: which of them may be asked, and what the
 * client gets if none has it. */
#ifndef REGISTRY_REMOTE_SEARCH_H
#define REGISTRY_REMOTE_SEARCH_H

#include "db/remote.h"
#include "registry/answer.h"
#include "registry/registry.h"
#include "upstream/client.h"

/* One search through the remotes. */
struct remote_search {
	struct request_scope *scope;
	struct answer *answer; /* members that could not be asked are added */
	const char *name;
	struct remote_question question;
	struct remote *remotes;
	size_t count;
	bool pushing;         /* then failures of a remote are not reported */
	bool failed;          /* a remote could not be asked, or did not give a valid answer */
	struct error last;    /* why; of the remote that was asked last */
	struct error trouble; /* the error if nothing is found; ERROR_NONE: nothing exists */
	int64_t retry_after;  /* of the error; that of the last remote for which it is known */
};

/* Return ERROR_WOULD_BLOCK on a thread that must not block. */
bool remote_search_may_block(const struct request_scope *, struct error *) MUST_CHECK;
/* Find the remotes. A pull waits a moment for the result of a probe: the upstream may serve every
 * other name. */
bool remote_search_open(struct remote_search *, struct request_scope *, const char *name,
    const struct remote_question *, struct answer *, struct error *) MUST_CHECK;
/* May this remote be asked? If not, the reason is recorded. */
bool remote_search_may_ask(struct remote_search *, const struct remote *);
/* How long to wait for the first byte of an answer. */
int remote_search_answer_ms(const struct remote_search *, const struct remote *);

/* Treat an invalid answer of this remote as a failure. Returns false. */
bool remote_search_refuse(const struct remote *, const char *why, struct error *);
/* Record why a remote did not help: in the answer, and as search->trouble if clients are told. */
void remote_search_remember(
    struct remote_search *, const struct remote *, const struct error *reason);
/* Does the search continue? Yes, unless the remote fails hard; then *err is set. comfort: there is
 * something else to serve. */
bool remote_search_goes_on(
    const struct remote_search *, const struct remote *, bool comfort, struct error *) MUST_CHECK;
/* Record that a remote did not return the requested content, in the database, in the search, or in
 * both. Return false if the search must stop with *err. */
bool remote_search_record_failure(struct remote_search *, const struct remote *, bool comfort,
    enum upstream_result, const struct upstream_reply *, struct error *) MUST_CHECK;
/* No remote had it: return the error to report, if there is one. */
bool remote_search_end(const struct remote_search *, struct error *) MUST_CHECK;

#endif
