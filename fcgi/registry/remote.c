#include "registry/remote.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "oci/manifest.h"
#include "oci/name.h"
#include "oci/schema1.h"
#include "registry/fetch.h"
#include "registry/probe.h"
#include "registry/relay.h"
#include "registry/single_flight.h"

#define TAGS_LIMIT (4 * 1024 * 1024) /* longest page of a tag list, in bytes */
#define TAGS_MAX 100000
#define PAGES_MAX 1000
#define PUSH_ANSWER_MS 1000 /* how long a push waits for an upstream's first byte */
#define PROBE_AWAITED_MS 1000
#define PROBE_PAUSE_NS (50 * 1000 * 1000)

#define ACCEPT_MANIFESTS       \
	MEDIATYPE_OCI_MANIFEST \
	", " MEDIATYPE_OCI_INDEX ", " MEDIATYPE_DOCKER_MANIFEST ", " MEDIATYPE_DOCKER_LIST

/* One search through the remotes. */
struct search {
	struct registry *registry;
	const char *name;
	struct remote_question question;
	struct remote *remotes;
	size_t count;
	bool pushing;         /* then failures of a remote are not reported */
	bool failed;          /* a remote could not be asked, or did not give a valid answer */
	struct error last;    /* why; of the remote that was asked last */
	struct error trouble; /* the error if nothing is found; ERROR_NONE: nothing exists */
};

/* Return ERROR_WOULD_BLOCK on a thread that must not block. */
static bool
blocking(const struct registry *registry, struct error *err)
{
	return registry->may_block || error_set(err, ERROR_WOULD_BLOCK, NULL);
}

static bool
find_remotes(struct search *search, struct error *err)
{
	struct registry *registry = search->registry;
	struct access_decision decision = { 0 };

	if (!db_remotes_find(registry->db, registry->key, search->name, &search->question,
		&registry->principal, &decision, &search->remotes, &search->count, err))
		return false;
	decision.allowed = true; /* the lookup before this one has checked it */
	return registry_admit(registry, &decision, ERROR_DENIED, err);
}

/* Is a probe so young that even a working upstream may not have answered it yet? */
static bool
is_probe_awaited(const struct search *search)
{
	for (size_t i = 0; i < search->count; i++)
		if (search->remotes[i].suspect_ms > PROBE_SECONDS * 1000 - PROBE_AWAITED_MS)
			return true;
	return false;
}

/* A pull waits a moment for the result of a probe: the upstream may serve every other name. */
static bool
search_open(struct search *search, struct registry *registry, const char *name,
    const struct remote_question *question, struct error *err)
{
	int64_t until = clock_steady_ms() + PROBE_AWAITED_MS;

	*search = (struct search){ .registry = registry, .name = name, .question = *question };
	if (!find_remotes(search, err) ||
	    (search->count > 0 && !registry_is_pushing(registry, name, &search->pushing, err)))
		return false;
	while (!search->pushing && is_probe_awaited(search) && clock_steady_ms() < until) {
		if (!blocking(registry, err))
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = PROBE_PAUSE_NS }, NULL);
		if (!find_remotes(search, err))
			return false;
	}
	return true;
}

/* How long to wait for the first byte of an answer. Clients that push mostly ask for blobs that do
 * not exist anywhere, so they wait less. */
static int
answer_ms(const struct search *search, const struct remote *remote)
{
	return search->registry->intent == INTENT_PUSH && remote->answer_ms > PUSH_ANSWER_MS
		   ? PUSH_ANSWER_MS
		   : remote->answer_ms;
}

/* Record that a remote did not help: word is for the client, the error's message for the log. Pulls
 * are told about a rate limit, and about other failures if the remote fails hard. */
static void
record(struct search *search, const struct remote *remote, const char *word,
    const struct error *reason)
{
	bool shown = remote->hard_fail || reason->code == ERROR_TOOMANYREQUESTS;

	search->failed = true;
	search->last = *reason;
	registry_unavailable(search->registry, remote->key, word, reason->message);
	if (!shown || search->pushing ||
	    (search->trouble.code != ERROR_NONE && search->trouble.code != ERROR_DENIED))
		return;
	error_set(&search->trouble, reason->code, "%s: %s", remote->key, word);
	if (reason->code != ERROR_TOOMANYREQUESTS)
		search->trouble.status = 502;
}

/* The same with the word that belongs to the error. */
static void
remember(struct search *search, const struct remote *remote, const struct error *reason)
{
	record(search, remote, relay_word(reason->code), reason);
}

/* Record a remote that is not asked because it is backing off or suspect. */
static void
record_backing_off(struct search *search, const struct remote *remote)
{
	struct error reason = { 0 };

	error_set(&reason, remote->limited ? ERROR_TOOMANYREQUESTS : ERROR_UPSTREAM_FAILED,
	    "%s: not asked: %s", remote->key, remote->reason == NULL ? "" : remote->reason);
	record(search, remote, remote->trouble == NULL ? relay_word(reason.code) : remote->trouble,
	    &reason);
	if (remote->away > 0)
		search->registry->retry_after = remote->away;
}

/* May this remote be asked? If not, the reason is recorded. The reason of a guard is recorded as
 * that of the remote it guards; otherwise it would reveal a name that the principal may not see. */
static bool
may_ask(struct search *search, const struct remote *remote)
{
	if (remote->offline) {
		registry_unavailable(search->registry, remote->key, "offline",
		    arena_printf(search->registry->db->arena, "%s: set offline", remote->key));
		return false;
	}
	if (remote->missed && !remote->guarded)
		return false;
	if (!remote->may_fill) {
		if (!search->pushing && search->trouble.code == ERROR_NONE)
			error_set(&search->trouble, ERROR_DENIED,
			    "%s: not cached, and you may not fill its cache", remote->key);
		return false;
	}
	if (remote->away > 0 || remote->suspect_ms > 0 ||
	    (remote->guarded && remote->trouble != NULL && !remote->limited)) {
		record_backing_off(search, remote);
		return false;
	}
	return !remote->guarded;
}

/* Does the search continue? Yes, unless the remote fails hard. comfort: there is something else to
 * serve. */
static bool
go_on(const struct search *search, const struct remote *remote, bool comfort, struct error *err)
{
	if (!remote->hard_fail || comfort || search->pushing)
		return true;
	*err = search->trouble;
	return error_cause(err, "%s", registry_unavailable_causes(search->registry));
}

/* Record that a remote did not return the requested content, in the database, in the search, or in
 * both. Return false if the search must stop with *err. */
static bool
record_failure(struct search *search, const struct remote *remote, bool comfort,
    enum upstream_result result, const struct upstream_reply *reply, struct error *err)
{
	struct registry *registry = search->registry;
	struct error reason = { 0 };

	if (result == UPSTREAM_ABSENT || result == UPSTREAM_REFUSED)
		return db_remote_missed(registry->db, remote, &search->question,
		    result == UPSTREAM_REFUSED ? reply->reason : NULL, err);
	(void)relay_error(remote, result, reply, &reason);
	if (result == UPSTREAM_LIMITED)
		registry->retry_after = reply->retry_after;
	remember(search, remote, &reason);
	return go_on(search, remote, comfort, err);
}

/* No remote had it: return the error to report, if there is one. */
static bool
search_end(const struct search *search, struct error *err)
{
	if (search->trouble.code == ERROR_NONE)
		return true;
	*err = search->trouble;
	return error_cause(err, "%s", registry_unavailable_causes(search->registry));
}

/* --- Manifests --- */

/* Treat an invalid answer of this remote as a failure. */
static bool
refuse(const struct remote *remote, const char *why, struct error *err)
{
	return error_set(err, ERROR_UPSTREAM_FAILED, "%s: %s", remote->key, why);
}

static bool
type_is_listed(const char *list, const char *type)
{
	size_t length = strlen(type);

	for (const char *p = list; (p = strstr(p, type)) != NULL; p += length)
		if ((p == list || strchr(", ", p[-1]) != NULL) &&
		    (p[length] == '\0' || strchr(", ", p[length]) != NULL))
			return true;
	return false;
}

/* The expected digest: the requested one, or the announced one, which is stored in *announced.
 * NULL: any. */
static const struct digest *
wanted_digest(
    const struct reference *reference, const struct upstream_reply *reply, struct digest *announced)
{
	struct error ignored = { 0 };

	if (reference->tag == NULL)
		return &reference->digest;
	return reply->digest != NULL && digest_parse(announced, reply->digest, &ignored) ? announced
											 : NULL;
}

/* Read and verify an answer. Its media type is `type`; NULL: the one in the document. */
static bool
read_manifest(struct arena *arena, const struct remote *remote, const char *type,
    struct bytes payload, const struct digest *want, struct manifest **manifest,
    struct digest *digest, struct error *err)
{
	struct error reason = { 0 };
	bool schema1 = schema1_is(type, payload);

	if (schema1 && remote->block_schema1)
		return refuse(remote,
		    "schema 1 manifests are not accepted from it: blockPushingSchema1 is on", err);
	if (schema1 && !schema1_read(arena, payload, manifest, digest, &reason))
		return refuse(remote, reason.message, err);
	if (!schema1)
		digest_of(digest, want == NULL ? DIGEST_SHA256 : want->algorithm, payload.data,
		    payload.length);
	if (want != NULL && !digest_equal(digest, want))
		return refuse(remote, "the manifest does not match its digest", err);
	return schema1 || manifest_parse(arena, payload, type, manifest, &reason) ||
	       refuse(remote, reason.message, err);
}

/* A layer that the upstream does not have and that has no URL cannot be fetched. */
static struct manifest *
without_lost(struct arena *arena, const struct manifest *manifest)
{
	struct manifest *kept = arena_alloc(arena, sizeof(*kept));

	*kept = *manifest;
	kept->blobs = arena_array(arena, manifest->blob_count, sizeof(*kept->blobs));
	kept->blob_count = 0;
	for (size_t i = 0; i < manifest->blob_count; i++)
		if (!manifest->blobs[i].foreign || manifest->blobs[i].url != NULL)
			kept->blobs[kept->blob_count++] = manifest->blobs[i];
	return kept;
}

/* Store a verified answer. A wrong size in a descriptor is left for clients to detect. */
static bool
cache_manifest(struct registry *registry, const struct remote *remote, const char *tag,
    const struct manifest *manifest, const struct digest *digest, struct bytes payload,
    struct error *err)
{
	struct arena *arena = registry->db->arena;
	const struct manifest_cache order = {
		.remote = remote,
		.tag = tag,
		.manifest = without_lost(arena, manifest),
		.digest = digest,
		.payload = payload,
		.referrer = manifest->has_subject ? manifest_referrer_json(arena, manifest, digest,
							(int64_t)payload.length)
						  : NULL,
		.actor = &registry->actor,
	};
	const char *warning = NULL;

	if (!db_manifest_cache(registry->db, &order, &warning, err))
		return false;
	if (warning != NULL)
		log_line(LOG_LEVEL_WARNING, "%s: %s/%s names a wrong size: %s", remote->key,
		    remote->path, digest->text, warning);
	return true;
}

/*
 * The media type that an answer claims for its manifest, read as for a push; application/json
 * claims nothing. NULL: the manifest itself names its type, as it does if the remote ignores the
 * claimed type.
 */
static bool
read_claim(struct arena *arena, const struct remote *remote, const char *content_type,
    const char **claim, struct error *err)
{
	char *type = arena_alloc(arena, MEDIATYPE_MAX_LENGTH + 1);
	struct error ignored = { 0 };

	*claim = NULL;
	if (!remote->block_mismatching_types ||
	    type_is_listed(remote->mismatching_types, content_type))
		return true;
	if (!mediatype_parse(type, content_type, &ignored))
		return refuse(remote, "the response's media type is not a manifest's", err);
	if (strcmp(type, MEDIATYPE_JSON) == 0)
		return true;
	*claim = type;
	return mediatype_is_manifest(type) ||
	       refuse(remote, "the response's media type is not a manifest's", err);
}

/* Verify an answer, then store it or return it in *row. */
static bool
take_manifest(struct registry *registry, const struct remote *remote,
    const struct reference *reference, const struct upstream_reply *reply,
    struct manifest_row **row, struct error *err)
{
	struct arena *arena = registry->db->arena;
	const struct bytes payload = { reply->body, reply->body_length };
	struct manifest *manifest;
	struct digest announced, digest;
	const struct digest *want = wanted_digest(reference, reply, &announced);
	const char *claim;

	if (!read_claim(arena, remote, reply->content_type, &claim, err) ||
	    !read_manifest(arena, remote, claim, payload, want, &manifest, &digest, err))
		return false;
	if (!remote->store_locally) {
		*row = arena_alloc(arena, sizeof(**row));
		**row = (struct manifest_row){
			.digest = digest,
			.media_type = manifest->media_type,
			.size = (int64_t)payload.length,
			.payload = payload,
			.repository = remote->key,
			.leaf = remote->id,
			.remote = true,
		};
		return true;
	}
	return cache_manifest(registry, remote, reference->tag, manifest, &digest, payload, err);
}

static enum upstream_result
ask_manifest(const struct search *search, const struct remote *remote,
    const struct reference *reference, bool head, struct upstream_reply *reply)
{
	struct registry *registry = search->registry;
	struct arena *arena = registry->db->arena;

	return relay_ask(registry->relay, registry->db, remote,
	    &(struct upstream_call){
		.head = head,
		.path = arena_printf(arena, "/v2/%s/manifests/%s", remote->path,
		    reference->tag != NULL ? reference->tag : reference->digest.text),
		.name = remote->path,
		.accept = remote->block_schema1 ? ACCEPT_MANIFESTS
						: ACCEPT_MANIFESTS
			      ", " MEDIATYPE_DOCKER_SCHEMA1_SIGNED,
		.limit = MANIFEST_MAX_BYTES,
		.answer_ms = answer_ms(search, remote),
	    },
	    reply);
}

/* Ask one remote. *got: its answer is stored, or in *row. */
static bool
get_manifest(struct search *search, const struct remote *remote, const struct reference *reference,
    struct manifest_row **row, bool *got, struct error *err)
{
	struct registry *registry = search->registry;
	struct upstream_reply reply;
	enum upstream_result result;
	struct error reason = { 0 };

	*got = false;
	/* Revalidate a cached tag with HEAD, which costs the upstream least. */
	if (*row != NULL && (*row)->leaf == remote->id && reference->tag != NULL) {
		result = ask_manifest(search, remote, reference, true, &reply);
		if (result == UPSTREAM_DONE && reply.digest != NULL &&
		    strcmp(reply.digest, (*row)->digest.text) == 0) {
			*got = true;
			return db_remote_trust(registry->db, remote, reference->tag, err);
		}
		/* A second request would fail alike, and the client has already waited for this
		 * one. */
		if (result == UPSTREAM_TIMED_OUT || result == UPSTREAM_LIMITED ||
		    result == UPSTREAM_BARRED)
			return record_failure(search, remote, true, result, &reply, err);
	}
	result = ask_manifest(search, remote, reference, false, &reply);
	if (result != UPSTREAM_DONE)
		return record_failure(search, remote, *row != NULL, result, &reply, err);
	if (take_manifest(registry, remote, reference, &reply, row, &reason)) {
		*got = true;
		return true;
	}
	if (reason.code != ERROR_UPSTREAM_FAILED) {
		*err = reason;
		return false;
	}
	remember(search, remote, &reason);
	return go_on(search, remote, *row != NULL, err);
}

/* Another client may have caused the answer to be stored since the first lookup. */
static bool
is_here_now(struct search *search, const struct reference *reference, bool *here, struct error *err)
{
	struct registry *registry = search->registry;
	struct access_decision decision;
	struct manifest_row *row = NULL;
	bool ask;

	if (!db_manifest_find(registry->db, registry->key, search->name, reference,
		&registry->principal, false, &decision, &row, &ask, err))
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
tell_outcome(const struct search *search, bool got, struct error *outcome)
{
	*outcome = search->last;
	if (got)
		outcome->code = ERROR_NONE;
	else if (outcome->code == ERROR_NONE)
		error_set(outcome, ERROR_MANIFEST_UNKNOWN, NULL);
}

/* Concurrent requests for the same manifest ask the upstream once. If the remote stores nothing,
 * each asks. */
static bool
get_manifest_once(struct search *search, const struct remote *remote,
    const struct reference *reference, struct manifest_row **row, bool *got, struct error *err)
{
	struct single_flights *flights = search->registry->relay->flights;
	const char *key = arena_printf(search->registry->db->arena, "%d %s %s", remote->id,
	    remote->path, reference->tag != NULL ? reference->tag : reference->digest.text);
	struct error outcome = { 0 };
	bool ok = true;

	search->last = (struct error){ 0 };
	if (!remote->store_locally)
		return get_manifest(search, remote, reference, row, got, err);
	if (single_flight_begin(flights, key, &outcome)) {
		/* Other clients wait for this thread, so it must reach the end. */
		jmp_buf *out = arena_catch(search->registry->db->arena, NULL);

		ok = is_here_now(search, reference, got, err) &&
		     (*got || get_manifest(search, remote, reference, row, got, err));
		tell_outcome(search, *got, &outcome);
		single_flight_end(flights, key, ok ? &outcome : err);
		arena_catch(search->registry->db->arena, out);
	} else if (outcome.code == ERROR_NONE) {
		*got = true; /* or not: the next lookup will tell */
	} else if (outcome.code != ERROR_MANIFEST_UNKNOWN) {
		remember(search, remote, &outcome);
		ok = go_on(search, remote, *row != NULL, err);
	}
	return ok;
}

/* Serve cached content although it could not be revalidated. */
static bool
serve_stale(
    struct search *search, const struct manifest_row *row, const char *tag, struct error *err)
{
	struct registry *registry = search->registry;

	for (size_t i = 0; i < search->count; i++)
		if (search->remotes[i].id == row->leaf) {
			registry->warning = "110 - \"Response is Stale\"";
			return db_stale_served(registry->db, row->leaf, search->remotes[i].path,
			    tag,
			    search->failed ? registry_unavailable_causes(registry)
					   : "the upstream does not have it",
			    &registry->actor, err);
		}
	return true;
}

/* Can this remote improve on what was found here? */
static bool
may_better(const struct remote *remote, const struct manifest_row *row)
{
	if (row == NULL || (remote->priority && !row->priority))
		return true;
	return row->stale && row->leaf == remote->id;
}

bool
remote_manifest(struct registry *registry, const char *name, const struct reference *reference,
    struct manifest_row **row, enum remote_end *end, struct error *err)
{
	const struct remote_question question = {
		.tag = reference->tag,
		.digest = reference->tag == NULL ? &reference->digest : NULL,
	};
	struct search search;
	bool got = false;

	*end = REMOTE_NOTHING;
	if (!search_open(&search, registry, name, &question, err))
		return false;
	for (size_t i = 0; i < search.count && !got; i++) {
		struct remote *remote = &search.remotes[i];

		if (!may_better(remote, *row) || !may_ask(&search, remote))
			continue;
		if (!blocking(registry, err) ||
		    !get_manifest_once(&search, remote, reference, row, &got, err))
			return false;
		if (got)
			*end = remote->store_locally ? REMOTE_FOUND : REMOTE_NOTHING;
	}
	if (got)
		return true;
	if (*row == NULL)
		return search_end(&search, err);
	return !(*row)->stale || serve_stale(&search, *row, reference->tag, err);
}

/* --- Tags --- */

struct tag_list {
	const char **tags;
	size_t count, room;
};

static void
tag_list_add(struct arena *arena, struct tag_list *list, const char *tag)
{
	if (list->count == list->room) {
		const char **more;

		list->room = list->room == 0 ? 64 : 2 * list->room;
		more = arena_array(arena, list->room, sizeof(*more));
		if (list->count > 0)
			memcpy(more, list->tags, list->count * sizeof(*more));
		list->tags = more;
	}
	list->tags[list->count++] = arena_strdup(arena, tag);
}

/* {"name": ..., "tags": [...] or null}; invalid tags are left out. */
static bool
read_tags(struct arena *arena, const struct upstream_reply *reply, struct tag_list *list)
{
	json_t *document = json_loadb(reply->body, reply->body_length, 0, NULL);
	json_t *tags = json_object_get(document, "tags"), *tag;
	bool ok = json_is_array(tags) || json_is_null(tags);
	struct error ignored = { 0 };
	size_t i;

	json_array_foreach(tags, i, tag)
		if (json_is_string(tag) && tag_check(json_string_value(tag), &ignored) &&
		    list->count < TAGS_MAX)
			tag_list_add(arena, list, json_string_value(tag));
	json_decref(document);
	return ok;
}

static bool
get_tags(struct search *search, const struct remote *remote, bool *got, struct error *err)
{
	struct registry *registry = search->registry;
	struct arena *arena = registry->db->arena;
	const char *path = arena_printf(arena, "/v2/%s/tags/list", remote->path);
	struct tag_list list = { 0 };
	struct upstream_reply reply;
	enum upstream_result result;

	for (int pages = 0; path != NULL && pages < PAGES_MAX && list.count < TAGS_MAX; pages++) {
		result = relay_ask(registry->relay, registry->db, remote,
		    &(struct upstream_call){ .path = path,
			.name = remote->path,
			.limit = TAGS_LIMIT,
			.answer_ms = answer_ms(search, remote) },
		    &reply);
		if (result != UPSTREAM_DONE)
			return record_failure(search, remote, true, result, &reply, err);
		if (!read_tags(arena, &reply, &list)) {
			struct error reason = { 0 };

			(void)refuse(remote, "cannot read the upstream's list of tags", &reason);
			remember(search, remote, &reason);
			return true;
		}
		path = reply.link;
	}
	*got = true;
	return db_remote_listed(registry->db, remote, list.tags, list.count, err);
}

bool
remote_tags(struct registry *registry, const char *name, bool known, enum remote_end *end,
    struct error *err)
{
	const struct remote_question question = { 0 };
	struct search search;
	bool got = false;

	*end = REMOTE_NOTHING;
	if (!search_open(&search, registry, name, &question, err))
		return false;
	for (size_t i = 0; i < search.count; i++) {
		struct remote *remote = &search.remotes[i];

		if (remote->listed || !may_ask(&search, remote))
			continue;
		if (!blocking(registry, err) || !get_tags(&search, remote, &got, err))
			return false;
	}
	if (got)
		*end = REMOTE_FOUND;
	if (!known && !got)
		return search_end(&search, err);
	if (search.failed || search.trouble.code != ERROR_NONE)
		registry->warning = "111 - \"Revalidation Failed\"";
	return true;
}

/* --- Blobs --- */

/* Only the header of the answer to a GET is needed. */
static bool
stop_at_once(void *context, const struct upstream_reply *reply, const void *data, size_t length)
{
	(void)context;
	(void)reply;
	(void)data;
	(void)length;
	return false;
}

static enum upstream_result
ask_blob(
    struct search *search, const struct remote *remote, bool head, struct upstream_reply *reply)
{
	struct registry *registry = search->registry;
	enum upstream_result result = relay_ask(registry->relay, registry->db, remote,
	    &(struct upstream_call){
		.head = head,
		.path = arena_printf(registry->db->arena, "/v2/%s/blobs/%s", remote->path,
		    search->question.digest->text),
		.name = remote->path,
		.answer_ms = answer_ms(search, remote),
		.piece = head ? NULL : stop_at_once,
	    },
	    reply);

	return result == UPSTREAM_STOPPED ? UPSTREAM_DONE : result;
}

/* Does the upstream have the digest under this name? Some refuse HEAD for what they return to GET,
 * for example if the answer redirects to a storage service. */
static bool
is_shown(struct search *search, const struct remote *remote, bool *shown, int64_t *size,
    struct error *err)
{
	struct upstream_reply reply;
	enum upstream_result result = ask_blob(search, remote, true, &reply);

	if (result == UPSTREAM_REFUSED || (result == UPSTREAM_BARRED && reply.status != 401))
		result = ask_blob(search, remote, false, &reply);
	*shown = result == UPSTREAM_DONE && reply.length >= 0;
	*size = reply.length;
	if (result == UPSTREAM_DONE && !*shown) {
		struct error reason = { 0 };

		(void)refuse(remote, "the upstream does not state the blob's size", &reason);
		remember(search, remote, &reason);
	}
	return result == UPSTREAM_DONE ||
	       record_failure(search, remote, false, result, &reply, err);
}

/* Record a failed fetch. Return false if the reason is not the upstream. */
static bool
fetch_record_failure(struct search *search, const struct remote *remote, const struct error *reason,
    struct error *err)
{
	switch (reason->code) {
	case ERROR_BLOB_UNKNOWN: /* although a manifest names it */
		return true;
	case ERROR_UPSTREAM_FAILED:
	case ERROR_UPSTREAM_TIMED_OUT:
	case ERROR_UPSTREAM_TLS:
	case ERROR_UPSTREAM_REFUSED:
	case ERROR_TOOMANYREQUESTS:
		remember(search, remote, reason);
		return go_on(search, remote, false, err);
	default:
		*err = *reason;
		return false;
	}
}

/* Ask one remote. *got: it has the blob, which is stored, being fetched, or was only asked for. */
static bool
get_blob(struct search *search, const struct remote *remote, bool head, struct reader **reader,
    int64_t *size, bool *got, struct error *err)
{
	struct registry *registry = search->registry;
	struct error reason = { 0 };
	bool stored;

	*size = remote->wanted;
	*got = true;
	/* An external layer is not at the upstream; its size is known from the manifest that named
	 * it. */
	if ((*size == -1 || (head && remote->source == NULL)) &&
	    !is_shown(search, remote, got, size, err))
		return false;
	if (head || !*got)
		return true;
	*reader = fetch_follow(registry->relay->fetches, registry->db->arena, remote,
	    search->question.digest, *size, remote->source);
	*got = reader_wait(*reader, &stored, size, &reason);
	if (stored && *got)
		*reader = NULL;
	if (*got)
		return true;
	*reader = NULL;
	return fetch_record_failure(search, remote, &reason, err);
}

/* Remotes with a cached manifest that names the digest come first: nothing needs to be proven
 * there. */
static int
wanted_first(const void *a, const void *b)
{
	const struct remote *left = a, *right = b;

	return (int)(right->wanted >= 0) - (int)(left->wanted >= 0);
}

bool
remote_blob(struct registry *registry, const char *name, const struct digest *digest, bool head,
    struct reader **reader, int64_t *size, enum remote_end *end, struct error *err)
{
	const struct remote_question question = { .digest = digest, .blob = true };
	struct search search;
	bool got = false;

	*end = REMOTE_NOTHING;
	*reader = NULL;
	if (!search_open(&search, registry, name, &question, err))
		return false;
	qsort(search.remotes, search.count, sizeof(*search.remotes), wanted_first);
	for (size_t i = 0; i < search.count && !got; i++) {
		struct remote *remote = &search.remotes[i];

		if (!may_ask(&search, remote))
			continue;
		if (!blocking(registry, err) ||
		    !get_blob(&search, remote, head, reader, size, &got, err))
			return false;
		if (got)
			registry->served_by = remote->key;
	}
	if (!got)
		return search_end(&search, err);
	*end = REMOTE_FOUND;
	return true;
}
