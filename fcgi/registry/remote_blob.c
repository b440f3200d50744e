#include "registry/remote_blob.h"

#include "registry/upstream_context.h"
#include "registry/remote_search.h"
#include "registry/upstreams.h"

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
ask_blob(struct remote_search *search, const struct remote *remote, bool head,
    struct upstream_reply *reply)
{
	const struct registry *registry = search->scope->registry;
	enum upstream_result result = upstreams_ask(registry->upstream->upstreams, registry->db,
	    remote,
	    &(struct upstream_call){
		.head = head,
		.path = arena_printf(registry->db->arena, "/v2/%s/blobs/%s", remote->path,
		    search->question.digest->text),
		.name = remote->path,
		.answer_ms = remote_search_answer_ms(search, remote),
		.piece = head ? NULL : stop_at_once,
	    },
	    reply);

	return result == UPSTREAM_STOPPED ? UPSTREAM_DONE : result;
}

/* Does the upstream have the digest under this name? Some refuse HEAD for what they return to GET,
 * for example if the answer redirects to a storage service. */
static bool
has_blob(struct remote_search *search, const struct remote *remote, bool *found, int64_t *size,
    struct error *err)
{
	struct upstream_reply reply;
	enum upstream_result result = ask_blob(search, remote, true, &reply);

	if (result == UPSTREAM_REFUSED || (result == UPSTREAM_BARRED && reply.status != 401))
		result = ask_blob(search, remote, false, &reply);
	*found = result == UPSTREAM_DONE && reply.length >= 0;
	*size = reply.length;
	if (result == UPSTREAM_DONE && !*found) {
		struct error reason = { 0 };

		(void)remote_search_refuse(
		    remote, "the upstream does not state the blob's size", &reason);
		remote_search_remember(search, remote, &reason);
	}
	return result == UPSTREAM_DONE ||
	       remote_search_record_failure(search, remote, false, result, &reply, err);
}

/* Record a failed fetch. Return false if the reason is not the upstream. */
static bool
fetch_record_failure(struct remote_search *search, const struct remote *remote,
    const struct error *reason, struct error *err)
{
	switch (reason->code) {
	case ERROR_BLOB_UNKNOWN: /* although a manifest names it */
		return true;
	case ERROR_UPSTREAM_FAILED:
	case ERROR_UPSTREAM_TIMED_OUT:
	case ERROR_UPSTREAM_TLS:
	case ERROR_UPSTREAM_REFUSED:
	case ERROR_TOOMANYREQUESTS:
		remote_search_remember(search, remote, reason);
		return remote_search_goes_on(search, remote, false, err);
	default:
		*err = *reason;
		return false;
	}
}

/* Ask one remote. *got: it has the blob, which is stored, being fetched, or was only asked for. */
static bool
get_blob(struct remote_search *search, const struct remote *remote, bool head,
    struct blob_found *found, bool *got, struct error *err)
{
	const struct registry *registry = search->scope->registry;
	struct error reason = { 0 };
	bool stored;

	found->size = remote->stated_size;
	*got = true;
	/* An external layer is not at the upstream; its size is known from the manifest that named
	 * it. */
	if ((found->size == -1 || (head && remote->source == NULL)) &&
	    !has_blob(search, remote, got, &found->size, err))
		return false;
	if (head || !*got)
		return true;
	found->reader = reader_follow(registry->upstream->fetches, registry->db->arena, remote,
	    search->question.digest, found->size, remote->source);
	*got = reader_wait(found->reader, &stored, &found->size, &reason);
	if (stored && *got)
		found->reader = NULL;
	if (*got)
		return true;
	found->reader = NULL;
	return fetch_record_failure(search, remote, &reason, err);
}

bool
remote_blob(struct request_scope *scope, const char *name, const struct digest *digest, bool head,
    struct blob_found *found, struct answer *answer, enum remote_end *end, struct error *err)
{
	const struct remote_question question = { .digest = digest, .blob = true };
	struct remote_search search;
	bool got = false;

	*end = REMOTE_NOTHING;
	found->reader = NULL;
	if (!remote_search_open(&search, scope, name, &question, answer, err))
		return false;
	for (size_t i = 0; i < search.count && !got; i++) {
		struct remote *remote = &search.remotes[i];

		if (!remote_search_may_ask(&search, remote))
			continue;
		if (!remote_search_may_block(scope, err) ||
		    !get_blob(&search, remote, head, found, &got, err))
			return false;
		if (got)
			answer->served_by = remote->key;
	}
	if (!got)
		return remote_search_end(&search, err);
	*end = REMOTE_FOUND;
	return true;
}
