#include "upstream/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "upstream/authentication.h"
#include "upstream/exchange.h"
#include "upstream/origin.h"
#include "upstream/redirect.h"
#include "upstream/token.h"

#define GOOD_SECONDS 60 /* how long a successful greeting of an upstream is cached */
#define GREETING_MAX (64 * 1024)

struct upstream_client {
	struct outlets outlets;
	struct handles *handles; /* owned, as are the tokens */
	struct tokens *tokens;
};

struct upstream_client *
upstream_client_open(const struct config_named *proxies, const struct config_named *certificates)
{
	struct upstream_client *client = calloc(1, sizeof(*client));

	if (client == NULL)
		log_fatal("out of memory");
	client->outlets = (struct outlets){ proxies, certificates };
	client->handles = handles_open();
	client->tokens = tokens_open();
	return client;
}

void
upstream_client_close(struct upstream_client *client)
{
	if (client == NULL)
		return;
	handles_close(client->handles);
	tokens_close(client->tokens);
	free(client);
}

/* --- Calls --- */

/* A Link is followed only within the same registry; returns the part after the upstream's URL. */
static const char *
next_path(const struct exchange *x, const char *url, const char *base)
{
	const char *next = x->head.reply->link == NULL
			       ? NULL
			       : origin_resolve(x->head.arena, url, x->head.reply->link);
	size_t length = strlen(base);

	return next != NULL && strncmp(next, base, length) == 0 && next[length] == '/'
		   ? next + length
		   : NULL;
}

/* Append the query of the remote's settings, unless a Link contains it already. */
static const char *
with_query(struct arena *arena, const char *url, const char *query)
{
	if (*query == '\0' || strstr(url, query) != NULL)
		return url;
	return arena_printf(arena, "%s%c%s", url, strchr(url, '?') == NULL ? '?' : '&', query);
}

enum upstream_result
upstream_ask(struct upstream_client *client, struct arena *arena, const struct upstream *upstream,
    const struct upstream_call *call, struct upstream_reply *reply)
{
	struct exchange x = { .handles = client->handles,
		.outlets = &client->outlets,
		.upstream = upstream,
		.call = call,
		.head = { .arena = arena, .reply = reply },
		.limit = call->limit,
		.answer_ms = call->answer_ms };
	size_t length = strlen(upstream->url);
	const char *base, *url;
	struct origin ignored;
	enum upstream_result result;

	while (length > 0 && upstream->url[length - 1] == '/')
		length--;
	base = arena_strndup(arena, upstream->url, length);
	url = call->url != NULL ? call->url
				: with_query(arena, arena_printf(arena, "%s%s", base, call->path),
				      upstream->egress.query);
	if (!origin_read(url, &ignored)) {
		*reply = (struct upstream_reply){ .content_type = "", .body = "" };
		snprintf(reply->reason, sizeof(reply->reason), "invalid upstream URL");
		return UPSTREAM_FAILED;
	}
	result = call->url != NULL ? redirect_follow(&x, url, NULL)
				   : authentication_ask(client->tokens, &x, url);
	reply->link = next_path(&x, url, base);
	return result;
}

/* --- Check that the upstream serves us at all --- */

static const char *
good_key(struct arena *arena, const struct upstream *upstream)
{
	return arena_printf(arena, "%d\n%s\n%s\n%s\ngood", upstream->id, upstream->url,
	    upstream->username, upstream->password);
}

/* The response to /v2/ means that we are refused: without credentials of ours, only 403 means that.
 */
static bool
refuses_us(const struct upstream *upstream, const struct upstream_reply *reply)
{
	if (reply->stage == UPSTREAM_TOKEN_SERVICE)
		return *upstream->username != '\0';
	return reply->stage == UPSTREAM_BASIC || reply->status == 403;
}

bool
upstream_is_good(
    struct upstream_client *client, struct arena *arena, const struct upstream *upstream)
{
	return token_find(client->tokens, arena, good_key(arena, upstream)) != NULL;
}

enum upstream_result
upstream_greet(struct upstream_client *client, struct arena *arena, const struct upstream *upstream,
    const struct upstream_call *call, struct upstream_reply *reply)
{
	const struct upstream_call greeting = {
		.path = "/v2/",
		.limit = GREETING_MAX,
		.answer_ms = call->answer_ms,
		.tick = call->tick,
		.context = call->context,
	};
	enum upstream_result result = upstream_ask(client, arena, upstream, &greeting, reply);

	if ((result == UPSTREAM_REFUSED && refuses_us(upstream, reply)) ||
	    (result != UPSTREAM_DONE && result != UPSTREAM_ABSENT && result != UPSTREAM_REFUSED))
		return result;
	token_keep(client->tokens, good_key(arena, upstream), "good", GOOD_SECONDS);
	return UPSTREAM_DONE;
}
