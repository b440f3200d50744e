#include "registry/remote_manifest.h"

#include <string.h>

#include "base/memory.h"
#include "oci/manifest.h"
#include "registry/manifest_answer.h"
#include "registry/upstream_context.h"
#include "registry/remote_search.h"
#include "registry/single_flight.h"
#include "registry/upstreams.h"

#define ACCEPT_MANIFESTS       \
	MEDIATYPE_OCI_MANIFEST \
	", " MEDIATYPE_OCI_INDEX ", " MEDIATYPE_DOCKER_MANIFEST ", " MEDIATYPE_DOCKER_LIST

static enum upstream_result
ask_manifest(const struct remote_search *search, const struct remote *remote,
    const struct reference *reference, bool head, struct upstream_reply *reply)
{
	const struct registry *registry = search->scope->registry;
	struct arena *arena = registry->db->arena;

	return upstreams_ask(registry->upstream->upstreams, registry->db, remote,
	    &(struct upstream_call){
		.head = head,
		.path = arena_printf(arena, "/v2/%s/manifests/%s", remote->path,
		    reference->tag != NULL ? reference->tag : reference->digest.text),
		.name = remote->path,
		.accept = remote->block_schema1 ? ACCEPT_MANIFESTS
						: ACCEPT_MANIFESTS
			      ", " MEDIATYPE_DOCKER_SCHEMA1_SIGNED,
		.limit = MANIFEST_MAX_BYTES,
		.answer_ms = remote_search_answer_ms(search, remote),
	    },
	    reply);
}

/* Ask one remote. *got: its answer is stored, or in *row. */
static bool
get_manifest(struct remote_search *search, const struct remote *remote,
    const struct reference *reference, struct manifest_row **row, bool *got, struct error *err)
{
	const struct registry *registry = search->scope->registry;
	struct upstream_reply reply;
	enum upstream_result result;
	struct error reason = { 0 };

	*got = false;
	/* Revalidate a cached tag with HEAD, which costs the upstream least. */
	if (*row != NULL && (*row)->member == remote->id && reference->tag != NULL) {
		result = ask_manifest(search, remote, reference, true, &reply);
		if (result == UPSTREAM_DONE && reply.digest != NULL &&
		    strcmp(reply.digest, (*row)->digest.text) == 0) {
			*got = true;
			return db_remote_revalidated(registry->db, remote, reference->tag, err);
		}
		/* A second request would fail alike, and the client has already waited for this
		 * one. */
		if (result == UPSTREAM_TIMED_OUT || result == UPSTREAM_LIMITED ||
		    result == UPSTREAM_BARRED)
			return remote_search_record_failure(
			    search, remote, true, result, &reply, err);
	}
	result = ask_manifest(search, remote, reference, false, &reply);
	if (result != UPSTREAM_DONE)
		return remote_search_record_failure(
		    search, remote, *row != NULL, result, &reply, err);
	if (manifest_answer_accept(search->scope, remote, reference, &reply, row, &reason)) {
		*got = true;
		return true;
	}
	if (reason.code != ERROR_UPSTREAM_FAILED) {
		*err = reason;
		return false;
	}
	remote_search_remember(search, remote, &reason);
	return remote_search_goes_on(search, remote, *row != NULL, err);
}

/* Another client may have caused the answer to be stored since the first lookup. */
static bool
is_here_now(
    struct remote_search *search, const struct reference *reference, bool *here, struct error *err)
{
	struct request_scope *scope = search->scope;
	struct access_decision decision;
	struct manifest_row *row = NULL;
	bool ask;

	if (!db_manifest_find(scope->registry->db, scope->key, search->name, reference,
		&scope->principal, false, &decision, &row, &ask, err))
		return false;
	*here = row != NULL && !ask;
	return true;
}

/*
 * The outcome for the clients that wait for the same answer: ERROR_NONE to look it up again;
 * MANIFEST_UNKNOWN if this remote does not have it, so that they try the next one; or the reason
 * for the failure.
 */
static void
set_outcome(const struct remote_search *search, bool got, struct error *outcome)
{
	*outcome = search->last;
	if (got)
		outcome->code = ERROR_NONE;
	else if (outcome->code == ERROR_NONE)
		error_set(outcome, ERROR_MANIFEST_UNKNOWN, NULL);
}

struct flight {
	struct remote_search *search;
	const struct remote *remote;
	const struct reference *reference;
	struct manifest_row **row;
	bool *got;
	struct error *err;
	bool ok;
};

static void
run_flight(void *argument)
{
	struct flight *f = argument;

	f->ok = is_here_now(f->search, f->reference, f->got, f->err) &&
		(*f->got ||
		    get_manifest(f->search, f->remote, f->reference, f->row, f->got, f->err));
}

/* Ask for the others, too: they wait for the outcome, even if memory runs out. */
static bool
lead(struct flight *flight, struct single_flights *flights, const char *key)
{
	struct error outcome = { 0 };
	bool done = memory_try(run_flight, flight);

	if (!done)
		error_set(flight->err, ERROR_UNAVAILABLE, NULL);
	set_outcome(flight->search, *flight->got, &outcome);
	single_flight_end(flights, key, flight->ok ? &outcome : flight->err);
	if (!done)
		memory_give_up(0);
	return flight->ok;
}

/* Concurrent requests for the same manifest ask the upstream once. If the remote stores nothing,
 * each asks. */
static bool
get_manifest_once(struct remote_search *search, const struct remote *remote,
    const struct reference *reference, struct manifest_row **row, bool *got, struct error *err)
{
	const struct registry *registry = search->scope->registry;
	struct single_flights *flights = registry->upstream->flights;
	const char *key = arena_printf(registry->db->arena, "%d %s %s", remote->id, remote->path,
	    reference->tag != NULL ? reference->tag : reference->digest.text);
	struct flight flight = { search, remote, reference, row, got, err, false };
	struct error outcome = { 0 };

	*got = false;
	search->last = (struct error){ 0 };
	if (!remote->store_locally)
		return get_manifest(search, remote, reference, row, got, err);
	if (single_flight_begin(flights, key, &outcome))
		return lead(&flight, flights, key);
	if (outcome.code == ERROR_NONE) {
		*got = true; /* or not: the next lookup will tell */
		return true;
	}
	if (outcome.code == ERROR_MANIFEST_UNKNOWN)
		return true;
	if (outcome.code == ERROR_UNAVAILABLE) { /* a failure on our side */
		*err = outcome;
		return false;
	}
	remote_search_remember(search, remote, &outcome);
	return remote_search_goes_on(search, remote, *row != NULL, err);
}

/* Serve cached content although it could not be revalidated. */
static bool
serve_stale(struct remote_search *search, const struct manifest_row *row, const char *tag,
    struct error *err)
{
	struct request_scope *scope = search->scope;
	struct db *db = scope->registry->db;

	for (size_t i = 0; i < search->count; i++)
		if (search->remotes[i].id == row->member) {
			search->answer->warning = "110 - \"Response is Stale\"";
			return db_stale_served(db, row->member, search->remotes[i].path, tag,
			    search->failed ? answer_causes(search->answer, db->arena)
					   : "the upstream does not have it",
			    &scope->actor, err);
		}
	return true;
}

/* Can this remote improve on what was found here? */
static bool
may_better(const struct remote *remote, const struct manifest_row *row)
{
	if (row == NULL || (remote->priority && !row->priority))
		return true;
	return row->stale && row->member == remote->id;
}

bool
remote_manifest(struct request_scope *scope, const char *name, const struct reference *reference,
    struct manifest_row **row, struct answer *answer, enum remote_end *end, struct error *err)
{
	const struct remote_question question = {
		.tag = reference->tag,
		.digest = reference->tag == NULL ? &reference->digest : NULL,
	};
	struct remote_search search;
	bool got = false;

	*end = REMOTE_NOTHING;
	if (!remote_search_open(&search, scope, name, &question, answer, err))
		return false;
	for (size_t i = 0; i < search.count && !got; i++) {
		struct remote *remote = &search.remotes[i];

		if (!may_better(remote, *row) || !remote_search_may_ask(&search, remote))
			continue;
		if (!remote_search_may_block(scope, err) ||
		    !get_manifest_once(&search, remote, reference, row, &got, err))
			return false;
		if (got)
			*end = remote->store_locally ? REMOTE_FOUND : REMOTE_NOTHING;
	}
	if (got)
		return true;
	if (*row == NULL)
		return remote_search_end(&search, err);
	return !(*row)->stale || serve_stale(&search, *row, reference->tag, err);
}
