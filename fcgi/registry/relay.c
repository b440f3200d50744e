#include "registry/relay.h"

#include <stdlib.h>

#include "base/log.h"
#include "registry/fetch.h"
#include "registry/flight.h"

struct relay *
relay_open(struct db_pool *pool, struct store *store, const struct config *config, size_t fetches)
{
	struct relay *relay = malloc(sizeof(*relay));

	if (relay == NULL)
		log_fatal("out of memory");
	*relay = (struct relay){
		.pool = pool,
		.store = store,
		.client = upstream_client_open(config->proxies, config->certificates),
		.flights = flights_open(),
	};
	relay->fetches = fetches_open(relay, fetches);
	return relay;
}

void
relay_close(struct relay *relay)
{
	if (relay == NULL)
		return;
	fetches_close(relay->fetches);
	flights_close(relay->flights);
	upstream_client_close(relay->client);
	free(relay);
}

struct upstream
relay_upstream(const struct remote *remote)
{
	return (struct upstream){
		.id = remote->id,
		.url = remote->url,
		.username = remote->username,
		.password = remote->password,
		.token_authentication = remote->token_authentication,
		.any_host_auth = remote->any_host_auth,
		.private_networks = remote->private_networks,
		.egress = remote->egress,
		.realm_hosts = remote->realm_hosts,
		.realm_host_count = remote->realm_host_count,
		.timeout_ms = remote->timeout_ms,
		.total_ms = remote->metadata_timeout_ms,
	};
}

/* For how long an upstream that did not serve us is left alone. */
static int64_t
pause_seconds(
    const struct remote *remote, enum upstream_result result, const struct upstream_reply *reply)
{
	return result == UPSTREAM_LIMITED && reply->retry_after > 0
		   ? reply->retry_after
		   : remote->assumed_offline_seconds;
}

/* Is it the upstream that is in trouble, rather than this one answer that is no good? */
static bool
is_down(enum upstream_result result, const struct upstream_reply *reply)
{
	return result == UPSTREAM_LIMITED || result == UPSTREAM_TIMED_OUT ||
	       (result == UPSTREAM_FAILED && (reply->status == 0 || reply->status >= 500));
}

enum upstream_result
relay_ask(struct relay *relay, struct db *db, const struct remote *remote,
    const struct upstream_call *call, struct upstream_reply *reply)
{
	const struct upstream upstream = relay_upstream(remote);
	enum upstream_result result = upstream_ask(
	    relay->client, db->arena, &upstream, call, reply);
	struct error ignored = { 0 };

	/* Who answers elsewhere, for an external layer, is not the upstream. */
	if (call->url != NULL)
		return result;
	/* What is not noted now is noted the next time. */
	if (is_down(result, reply))
		(void)!db_remote_failed(db, remote->id, reply->reason,
		    pause_seconds(remote, result, reply), result == UPSTREAM_LIMITED, &ignored);
	else if (result == UPSTREAM_DONE || result == UPSTREAM_ABSENT)
		(void)!db_remote_answered(db, remote->id, reply->rate_limit, reply->rate_remaining,
		    reply->rate_seconds, &ignored);
	return result;
}

bool
relay_error(const struct remote *remote, enum upstream_result result,
    const struct upstream_reply *reply, struct error *err)
{
	enum error_code code = result == UPSTREAM_REFUSED     ? ERROR_DENIED
			       : result == UPSTREAM_LIMITED   ? ERROR_TOOMANYREQUESTS
			       : result == UPSTREAM_TIMED_OUT ? ERROR_UPSTREAM_TIMED_OUT
							      : ERROR_UPSTREAM_FAILED;

	return error_set(err, code, "%s: %s", remote->key,
	    *reply->reason != '\0' ? reply->reason : "the upstream registry failed");
}
