#include "upstream/authentication.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "oci/base64.h"
#include "upstream/origin.h"
#include "upstream/redirect.h"

#define TOKEN_BODY_MAX (64 * 1024)
#define CHALLENGE_SECONDS 3600

static const char *
basic_header(struct arena *arena, const struct upstream *upstream)
{
	const char *text = arena_printf(arena, "%s:%s", upstream->username, upstream->password);

	return arena_printf(
	    arena, "Authorization: Basic %s", base64_encode(arena, text, strlen(text)));
}

static const char *
bearer_header(struct arena *arena, const char *token)
{
	return token == NULL ? NULL : arena_printf(arena, "Authorization: Bearer %s", token);
}

static const char *
token_key(struct arena *arena, const struct upstream *upstream, const char *name)
{
	return arena_printf(arena, "%d\n%s\n%s\n%s", upstream->id, upstream->url,
	    upstream->username, name == NULL ? "" : name);
}

/* Append "?service=...&scope=repository:NAME:pull" to the realm. */
static const char *
token_url(struct arena *arena, const char *realm, const char *service, const char *name)
{
	char *quoted = service == NULL ? NULL : curl_easy_escape(NULL, service, 0);
	const char *url;

	if (service != NULL && quoted == NULL)
		memory_give_up(strlen(service));
	url = arena_printf(arena, "%s%cservice=%s%s%s%s", realm,
	    strchr(realm, '?') == NULL ? '?' : '&', quoted == NULL ? "" : quoted,
	    name == NULL ? "" : "&scope=repository:", name == NULL ? "" : name,
	    name == NULL ? "" : ":pull");

	curl_free(quoted);
	return url;
}

/* The key under which an upstream's challenge is cached, which saves a request that would only get
 * the challenge again. */
static const char *
challenge_key(struct arena *arena, const struct upstream *upstream)
{
	return arena_printf(arena, "%d\n%s\nchallenge", upstream->id, upstream->url);
}

static void
challenge_keep(struct tokens *tokens, struct exchange *x)
{
	const struct challenge *challenge = &x->head.challenge;

	token_keep(tokens, challenge_key(x->head.arena, x->upstream),
	    arena_printf(x->head.arena, "%s\n%s", challenge->realm,
		challenge->service == NULL ? "" : challenge->service),
	    CHALLENGE_SECONDS);
}

static bool
challenge_find(struct tokens *tokens, struct exchange *x)
{
	const char *text = token_find(
	    tokens, x->head.arena, challenge_key(x->head.arena, x->upstream));
	size_t length = text == NULL ? 0 : strcspn(text, "\n");

	if (text == NULL)
		return false;
	x->head.challenge = (struct challenge){
		.realm = arena_strndup(x->head.arena, text, length),
		.service = text[length] == '\0' || text[length + 1] == '\0' ? NULL
									    : text + length + 1,
	};
	return true;
}

/* Get a token from the realm of the challenge. Credentials are sent only if the realm's host is
 * trusted; otherwise the request is anonymous. *token NULL: no token, and the result says why. */
static enum upstream_result
get_token(struct tokens *tokens, struct exchange *x, const char *name, const char **token)
{
	const struct challenge challenge = x->head.challenge;
	const struct upstream *upstream = x->upstream;
	struct exchange ask = {
		.handles = x->handles,
		.outlets = x->outlets,
		.upstream = upstream,
		.head = { .arena = x->head.arena, .reply = x->head.reply },
		.limit = TOKEN_BODY_MAX,
		.answer_ms = x->answer_ms,
	};
	const char *realm = origin_resolve(x->head.arena, upstream->url, challenge.realm);
	enum upstream_result result;
	int64_t seconds;

	*token = NULL;
	if (realm == NULL)
		return exchange_fail(x, "its token service has an address that is not allowed");
	result = redirect_follow(&ask, token_url(x->head.arena, realm, challenge.service, name),
	    *upstream->username != '\0' && origin_is_trusted(upstream, realm)
		? basic_header(x->head.arena, upstream)
		: NULL);
	x->head.reply->stage = UPSTREAM_TOKEN_SERVICE;
	if (result == UPSTREAM_REFUSED)
		snprintf(x->head.reply->reason, sizeof(x->head.reply->reason),
		    "its token service answered %d", x->head.reply->status);
	if (result != UPSTREAM_DONE)
		return result == UPSTREAM_ABSENT ? UPSTREAM_FAILED : result;
	*token = token_read(
	    x->head.arena, x->head.reply->body, x->head.reply->body_length, &seconds);
	if (*token == NULL)
		return exchange_fail(x, "its token service returned no token");
	token_keep(tokens, token_key(x->head.arena, upstream, name), *token, seconds);
	return UPSTREAM_DONE;
}

/* Send the request to the registry itself. */
static enum upstream_result
follow_as(struct exchange *x, const char *url, enum upstream_stage stage, const char *token)
{
	enum upstream_result result = redirect_follow(x, url,
	    stage == UPSTREAM_BASIC ? basic_header(x->head.arena, x->upstream)
				    : bearer_header(x->head.arena, token));

	x->head.reply->stage = stage;
	return result;
}

enum upstream_result
authentication_ask(struct tokens *tokens, struct exchange *x, const char *url)
{
	const struct upstream *upstream = x->upstream;
	const char *name = x->call->name;
	const char *token = token_find(
	    tokens, x->head.arena, token_key(x->head.arena, upstream, name));
	enum upstream_result result;

	/* If the token service refuses, the registry itself will send a challenge; if it times out,
	 * do not wait a second time. */
	if (token == NULL && upstream->token_authentication && challenge_find(tokens, x)) {
		result = get_token(tokens, x, name, &token);
		if (result == UPSTREAM_TIMED_OUT || result == UPSTREAM_LIMITED)
			return result;
	}
	result = follow_as(x, url, token != NULL ? UPSTREAM_TOKEN : UPSTREAM_ANONYMOUS, token);
	if (result != UPSTREAM_REFUSED || x->head.reply->status != 401)
		return result;
	if (x->head.challenge.realm != NULL && upstream->token_authentication) {
		challenge_keep(tokens, x);
		result = get_token(tokens, x, name, &token);
		if (token == NULL)
			return result;
		return follow_as(x, url, UPSTREAM_TOKEN, token);
	}
	if (x->head.challenge.basic && *upstream->username != '\0')
		return follow_as(x, url, UPSTREAM_BASIC, NULL);
	return result;
}
