#include "registry/relay.h"

#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

#include "base/log.h"
#include "registry/fetch.h"
#include "registry/probe.h"
#include "registry/single_flight.h"

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
	relay->probes = probes_open(relay);
	return relay;
}

void
relay_close(struct relay *relay)
{
	if (relay == NULL)
		return;
	fetches_close(relay->fetches);
	probes_close(relay->probes);
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

/* --- Failures: codes, and messages for clients and for the log --- */

static enum error_code
trouble_code(enum upstream_result result, const struct upstream_reply *reply)
{
	switch (result) {
	case UPSTREAM_LIMITED:
		return ERROR_TOOMANYREQUESTS;
	case UPSTREAM_TIMED_OUT:
		return ERROR_UPSTREAM_TIMED_OUT;
	case UPSTREAM_REFUSED:
	case UPSTREAM_BARRED:
		return ERROR_UPSTREAM_REFUSED;
	default:
		return reply->tls ? ERROR_UPSTREAM_TLS : ERROR_UPSTREAM_FAILED;
	}
}

const char *
relay_word(enum error_code code)
{
	switch (code) {
	case ERROR_UPSTREAM_TIMED_OUT:
		return "timed out";
	case ERROR_UPSTREAM_TLS:
		return "TLS";
	case ERROR_UPSTREAM_REFUSED:
		return "refused";
	case ERROR_TOOMANYREQUESTS:
		return "rate limited";
	default:
		return "unreachable";
	}
}

bool
relay_error(const struct remote *remote, enum upstream_result result,
    const struct upstream_reply *reply, struct error *err)
{
	return error_set(err, trouble_code(result, reply), "%s: %s", remote->key,
	    *reply->reason != '\0' ? reply->reason : "the upstream registry failed");
}

static struct remote_trouble
trouble_of(enum upstream_result result, const struct upstream_reply *reply)
{
	return (struct remote_trouble){ relay_word(trouble_code(result, reply)), reply->reason };
}

/* --- State of an upstream --- */

/* A failure to record this is ignored; the next request records it. */
void
relay_back_off(struct db *db, const struct remote *remote, enum upstream_result result,
    const struct upstream_reply *reply)
{
	const struct remote_trouble trouble = trouble_of(result, reply);
	bool limited = result == UPSTREAM_LIMITED, tell = false;
	int64_t seconds = limited && reply->retry_after > 0 ? reply->retry_after
							    : remote->assumed_offline_seconds;
	struct error ignored = { 0 };

	if (db_remote_failed(db, remote->id, &trouble, seconds, limited, &tell, &ignored) && tell)
		log_line(LOG_LEVEL_WARNING, "remote %s: %s, not asked for %" PRId64 " s: %s",
		    remote->key, trouble.word, seconds, trouble.reason);
}

/* Probe an upstream that did not answer, or that failed for several names in a row: a failure for
 * one name does not make a remote assumed offline. */
static void
suspect(struct relay *relay, struct db *db, const struct remote *remote,
    enum upstream_result result, const struct upstream_reply *reply)
{
	const struct remote_trouble trouble = trouble_of(result, reply);
	struct error ignored = { 0 };
	bool several = reply->status == 0;

	if (reply->status >= 502 && reply->status <= 504)
		(void)!db_remote_struck(db, remote->id, remote->path, &several, &ignored);
	if (!several)
		return;
	(void)!db_remote_suspected(db, remote->id, &trouble, PROBE_SECONDS, &ignored);
	probe_start(relay->probes, remote);
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
classify_refusal(struct relay *relay, struct db *db, const struct remote *remote,
    const struct upstream *upstream, const struct upstream_call *call, struct upstream_reply *reply)
{
	struct upstream_reply greeting;
	enum upstream_result result;

	if (is_page(reply))
		return UPSTREAM_BARRED;
	if (upstream_is_good(relay->client, db->arena, upstream))
		return UPSTREAM_REFUSED;
	result = upstream_greet(relay->client, db->arena, upstream, call, &greeting);
	if (result == UPSTREAM_DONE)
		return UPSTREAM_REFUSED;
	*reply = greeting;
	if (result != UPSTREAM_REFUSED)
		return result;
	relay_back_off(db, remote, UPSTREAM_BARRED, reply);
	return UPSTREAM_BARRED;
}

enum upstream_result
relay_ask(struct relay *relay, struct db *db, const struct remote *remote,
    const struct upstream_call *call, struct upstream_reply *reply)
{
	const struct upstream upstream = relay_upstream(remote);
	enum upstream_result result = upstream_ask(
	    relay->client, db->arena, &upstream, call, reply);
	struct error ignored = { 0 };

	/* The server of an external layer is not the upstream. */
	if (call->url != NULL)
		return result;
	if (result == UPSTREAM_REFUSED)
		result = classify_refusal(relay, db, remote, &upstream, call, reply);
	if (result == UPSTREAM_DONE || result == UPSTREAM_ABSENT || result == UPSTREAM_REFUSED)
		(void)!db_remote_answered(db, remote->id, reply->rate_limit, reply->rate_remaining,
		    reply->rate_seconds, &ignored);
	else if (result == UPSTREAM_LIMITED)
		relay_back_off(db, remote, result, reply);
	else if (result == UPSTREAM_FAILED || result == UPSTREAM_TIMED_OUT)
		suspect(relay, db, remote, result, reply);
	return result;
}
