#include "registry/remote_state.h"

#include <inttypes.h>

#include "base/log.h"

struct upstream
remote_upstream(const struct remote *remote)
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
remote_trouble_message(enum error_code code)
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
remote_error(const struct remote *remote, enum upstream_result result,
    const struct upstream_reply *reply, struct error *err)
{
	return error_set(err, trouble_code(result, reply), "%s: %s", remote->key,
	    *reply->reason != '\0' ? reply->reason : "the upstream registry failed");
}

struct remote_trouble
remote_trouble_of(enum upstream_result result, const struct upstream_reply *reply)
{
	return (struct remote_trouble){ remote_trouble_message(trouble_code(result, reply)),
		reply->reason };
}

/* A failure to record this is ignored; the next request records it. */
void
remote_back_off(struct db *db, const struct remote *remote, enum upstream_result result,
    const struct upstream_reply *reply)
{
	const struct remote_trouble trouble = remote_trouble_of(result, reply);
	bool limited = result == UPSTREAM_LIMITED, must_log = false;
	int64_t seconds = limited && reply->retry_after > 0 ? reply->retry_after
							    : remote->assumed_offline_seconds;
	struct error ignored = { 0 };

	if (db_remote_failed(db, remote->id, &trouble, seconds, limited, &must_log, &ignored) &&
	    must_log)
		log_line(LOG_LEVEL_WARNING, "remote %s: %s, not asked for %" PRId64 " s: %s",
		    remote->key, trouble.message, seconds, trouble.reason);
}
