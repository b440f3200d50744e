#include "registry/upstreams.h"

#include <stdlib.h>
#include <strings.h>

#include "base/log.h"
#include "registry/probe.h"
#include "registry/remote_state.h"

struct upstreams *
upstreams_open(struct db_pool *pool, const struct config *config)
{
	struct upstreams *upstreams = malloc(sizeof(*upstreams));

	if (upstreams == NULL)
		log_fatal("out of memory");
	upstreams->client = upstream_client_open(config->proxies, config->certificates);
	upstreams->probes = probes_open(pool, upstreams->client);
	return upstreams;
}

void
upstreams_close(struct upstreams *upstreams)
{
	if (upstreams == NULL)
		return;
	probes_close(upstreams->probes);
	upstream_client_close(upstreams->client);
	free(upstreams);
}

/* Probe an upstream that did not answer, or that failed for several names in a row: a failure for
 * one name does not make a remote assumed offline. */
static void
suspect(struct upstreams *upstreams, struct db *db, const struct remote *remote,
    enum upstream_result result, const struct upstream_reply *reply)
{
	const struct remote_trouble trouble = remote_trouble_of(result, reply);
	struct error ignored = { 0 };
	bool several = reply->status == 0;

	if (reply->status >= 502 && reply->status <= 504)
		(void)!db_remote_struck(db, remote->id, remote->path, &several, &ignored);
	if (!several)
		return;
	(void)!db_remote_suspected(db, remote->id, &trouble, PROBE_SECONDS, &ignored);
	probe_start(upstreams->probes, remote);
}

/* A registry does not answer with such a page; a proxy or a storage service does. */
static bool
is_page(const struct upstream_reply *reply)
{
	return strcasecmp(reply->content_type, "text/html") == 0 ||
	       strcasecmp(reply->content_type, "application/xml") == 0 ||
	       strcasecmp(reply->content_type, "text/xml") == 0;
}

/* Does the upstream refuse this name, or refuse us? */
static enum upstream_result
classify_refusal(struct upstreams *upstreams, struct db *db, const struct remote *remote,
    const struct upstream *upstream, const struct upstream_call *call, struct upstream_reply *reply)
{
	struct upstream_reply greeting;
	enum upstream_result result;

	if (is_page(reply))
		return UPSTREAM_BARRED;
	if (upstream_is_good(upstreams->client, db->arena, upstream))
		return UPSTREAM_REFUSED;
	result = upstream_greet(upstreams->client, db->arena, upstream, call, &greeting);
	if (result == UPSTREAM_DONE)
		return UPSTREAM_REFUSED;
	*reply = greeting;
	if (result != UPSTREAM_REFUSED)
		return result;
	remote_back_off(db, remote, UPSTREAM_BARRED, reply);
	return UPSTREAM_BARRED;
}

enum upstream_result
upstreams_ask(struct upstreams *upstreams, struct db *db, const struct remote *remote,
    const struct upstream_call *call, struct upstream_reply *reply)
{
	const struct upstream upstream = remote_upstream(remote);
	enum upstream_result result = upstream_ask(
	    upstreams->client, db->arena, &upstream, call, reply);
	struct error ignored = { 0 };

	/* The server of an external layer is not the upstream. */
	if (call->url != NULL)
		return result;
	if (result == UPSTREAM_REFUSED)
		result = classify_refusal(upstreams, db, remote, &upstream, call, reply);
	if (result == UPSTREAM_DONE || result == UPSTREAM_ABSENT || result == UPSTREAM_REFUSED)
		(void)!db_remote_answered(db, remote->id, reply->rate_limit, reply->rate_remaining,
		    reply->rate_seconds, &ignored);
	else if (result == UPSTREAM_LIMITED)
		remote_back_off(db, remote, result, reply);
	else if (result == UPSTREAM_FAILED || result == UPSTREAM_TIMED_OUT)
		suspect(upstreams, db, remote, result, reply);
	return result;
}
