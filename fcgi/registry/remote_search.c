#include "registry/remote_search.h"

#include <time.h>

#include "base/clock.h"
#include "registry/probe.h"
#include "registry/remote_state.h"

#define PUSH_ANSWER_MS 1000 /* how long a push waits for an upstream's first byte */
#define PROBE_AWAITED_MS 1000
#define PROBE_PAUSE_NS (50 * 1000 * 1000)

bool
remote_search_may_block(const struct request_scope *scope, struct error *err)
{
	return scope->may_block || error_set(err, ERROR_WOULD_BLOCK, NULL);
}

static bool
find_remotes(struct remote_search *search, struct error *err)
{
	struct request_scope *scope = search->scope;
	struct access_decision decision = { 0 };

	if (!db_remotes_find(scope->registry->db, scope->key, search->name, &search->question,
		&scope->principal, &decision, &search->remotes, &search->count, err))
		return false;
	decision.allowed = true; /* the lookup before this one has checked it */
	return registry_admit(scope, &decision, ERROR_DENIED, err);
}

/* Is a probe so young that even a working upstream may not have answered it yet? */
static bool
is_probe_awaited(const struct remote_search *search)
{
	for (size_t i = 0; i < search->count; i++)
		if (search->remotes[i].suspect_ms > PROBE_SECONDS * 1000 - PROBE_AWAITED_MS)
			return true;
	return false;
}

bool
remote_search_open(struct remote_search *search, struct request_scope *scope, const char *name,
    const struct remote_question *question, struct answer *answer, struct error *err)
{
	int64_t until = clock_steady_ms() + PROBE_AWAITED_MS;

	*search = (struct remote_search){
		.scope = scope, .answer = answer, .name = name, .question = *question
	};
	if (!find_remotes(search, err) ||
	    (search->count > 0 && !registry_is_pushing(scope, name, &search->pushing, err)))
		return false;
	while (!search->pushing && is_probe_awaited(search) && clock_steady_ms() < until) {
		if (!remote_search_may_block(scope, err))
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = PROBE_PAUSE_NS }, NULL);
		if (!find_remotes(search, err))
			return false;
	}
	return true;
}

/* Clients that push mostly ask for blobs that do not exist anywhere, so they wait less. */
int
remote_search_answer_ms(const struct remote_search *search, const struct remote *remote)
{
	return search->scope->intent == INTENT_PUSH && remote->answer_ms > PUSH_ANSWER_MS
		   ? PUSH_ANSWER_MS
		   : remote->answer_ms;
}

/* Record that a remote did not help: message is for the client, that of the error for the log.
 * Pulls are told about a rate limit, and about other failures if the remote fails hard. */
static void
record(struct remote_search *search, const struct remote *remote, const char *message,
    const struct error *reason)
{
	bool fatal = remote->hard_fail || reason->code == ERROR_TOOMANYREQUESTS;

	search->failed = true;
	search->last = *reason;
	answer_add_unavailable(search->answer, search->scope->registry->db->arena, remote->key,
	    message, reason->message);
	if (!fatal || search->pushing ||
	    (search->trouble.code != ERROR_NONE && search->trouble.code != ERROR_DENIED))
		return;
	error_set(&search->trouble, reason->code, "%s: %s", remote->key, message);
	if (reason->code != ERROR_TOOMANYREQUESTS)
		search->trouble.status = 502;
}

void
remote_search_remember(
    struct remote_search *search, const struct remote *remote, const struct error *reason)
{
	record(search, remote, remote_trouble_message(reason->code), reason);
}

/* Record a remote that is not asked because it is backing off or suspect. */
static void
record_backing_off(struct remote_search *search, const struct remote *remote)
{
	struct error reason = { 0 };

	error_set(&reason, remote->limited ? ERROR_TOOMANYREQUESTS : ERROR_UPSTREAM_FAILED,
	    "%s: not asked: %s", remote->key, remote->reason == NULL ? "" : remote->reason);
	record(search, remote,
	    remote->trouble == NULL ? remote_trouble_message(reason.code) : remote->trouble,
	    &reason);
	if (remote->backoff_seconds > 0)
		search->retry_after = remote->backoff_seconds;
}

/* The reason of a guard is recorded as that of the remote it guards; otherwise it would reveal a
 * name that the principal may not see. */
bool
remote_search_may_ask(struct remote_search *search, const struct remote *remote)
{
	struct arena *arena = search->scope->registry->db->arena;

	if (remote->offline) {
		answer_add_unavailable(search->answer, arena, remote->key, "offline",
		    arena_printf(arena, "%s: set offline", remote->key));
		return false;
	}
	if (remote->in_negative_cache && !remote->guarded)
		return false;
	if (!remote->may_fill) {
		if (!search->pushing && search->trouble.code == ERROR_NONE)
			error_set(&search->trouble, ERROR_DENIED,
			    "%s: not cached, and filling its cache requires the right to write",
			    remote->key);
		return false;
	}
	if (remote->backoff_seconds > 0 || remote->suspect_ms > 0 ||
	    (remote->guarded && remote->trouble != NULL && !remote->limited)) {
		record_backing_off(search, remote);
		return false;
	}
	return !remote->guarded;
}

static bool
trouble_error(const struct remote_search *search, struct error *err)
{
	*err = search->trouble;
	err->retry_after = search->retry_after;
	return error_cause(
	    err, "%s", answer_causes(search->answer, search->scope->registry->db->arena));
}

bool
remote_search_goes_on(const struct remote_search *search, const struct remote *remote, bool comfort,
    struct error *err)
{
	return !remote->hard_fail || comfort || search->pushing || trouble_error(search, err);
}

bool
remote_search_record_failure(struct remote_search *search, const struct remote *remote,
    bool comfort, enum upstream_result result, const struct upstream_reply *reply,
    struct error *err)
{
	struct error reason = { 0 };

	if (result == UPSTREAM_ABSENT || result == UPSTREAM_REFUSED)
		return db_negative_cache_put(search->scope->registry->db, remote, &search->question,
		    result == UPSTREAM_REFUSED ? reply->reason : NULL, err);
	(void)remote_error(remote, result, reply, &reason);
	if (result == UPSTREAM_LIMITED)
		search->retry_after = reply->retry_after;
	remote_search_remember(search, remote, &reason);
	return remote_search_goes_on(search, remote, comfort, err);
}

bool
remote_search_end(const struct remote_search *search, struct error *err)
{
	return search->trouble.code == ERROR_NONE || trouble_error(search, err);
}

bool
remote_search_refuse(const struct remote *remote, const char *why, struct error *err)
{
	return error_set(err, ERROR_UPSTREAM_FAILED, "%s: %s", remote->key, why);
}
