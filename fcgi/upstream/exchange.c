#include "upstream/exchange.h"

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "upstream/address.h"

#define CONNECT_MS 5000
#define TICK_MS 200
#define SLOW_BYTES 1024 /* per second, on average over ... */
#define SLOW_SECONDS 30

static bool
has_content(const struct exchange *x)
{
	return x->head.reply->status == 200 || x->head.reply->status == 206;
}

static bool
is_streamed(const struct exchange *x)
{
	return x->call != NULL && x->call->piece != NULL;
}

static bool
break_off(struct exchange *x, const char *why)
{
	x->broken = true;
	snprintf(x->head.reply->reason, sizeof(x->head.reply->reason), "%s", why);
	return false;
}

/* Bytes of the response. Nothing may jump out of a callback of libcurl. */
struct piece {
	struct exchange *x;
	const char *data;
	size_t length;
	bool accepted; /* the result */
};

static void
read_line(void *argument)
{
	struct piece *piece = argument;

	piece->accepted = head_line(&piece->x->head, piece->data, piece->length);
}

static size_t
on_header(char *data, size_t size, size_t count, void *context)
{
	struct exchange *x = context;
	size_t length = size * count;
	struct piece piece = { x, data, length, false };

	x->active_ms = clock_steady_ms();
	x->starved = !memory_try(read_line, &piece);
	if (piece.accepted)
		return length;
	if (!x->starved)
		break_off(x, "too many headers");
	return 0;
}

/* Buffer a body that is not streamed. */
static bool
keep(struct exchange *x, const char *data, size_t length)
{
	struct upstream_reply *reply = x->head.reply;
	char *body;

	if (length > x->limit - reply->body_length)
		return break_off(x, "the answer is too long");
	if (reply->body_length + length + 1 > x->room) {
		x->room = 2 * (reply->body_length + length + 1);
		if ((body = realloc(*x->body, x->room)) == NULL) {
			x->starved = true;
			return false;
		}
		*x->body = body;
	}
	memcpy(*x->body + reply->body_length, data, length);
	reply->body_length += length;
	(*x->body)[reply->body_length] = '\0';
	return true;
}

static void
pass_on(void *argument)
{
	struct piece *piece = argument;
	const struct exchange *x = piece->x;

	piece->accepted = x->call->piece(
	    x->call->context, x->head.reply, piece->data, piece->length);
}

static size_t
on_body(char *data, size_t size, size_t count, void *context)
{
	struct exchange *x = context;
	size_t length = size * count;
	struct piece piece = { x, data, length, false };

	x->active_ms = clock_steady_ms();
	if (!has_content(x))
		return length; /* ignore the body of an error */
	if (x->head.encoded) {
		break_off(x, "the answer has a Content-Encoding");
		return 0;
	}
	if (!is_streamed(x))
		return keep(x, data, length) ? length : 0;
	if (x->head.reply->status == 200)
		x->head.reply->total = x->head.reply->length;
	x->starved = !memory_try(pass_on, &piece);
	x->stopped = !piece.accepted;
	return piece.accepted ? length : 0;
}

/* Called after the name was resolved: checks the address. A proxy's address is not checked, because
 * it is from the settings file. */
static curl_socket_t
on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *x = context;

	(void)purpose;
	if (!x->way.proxied && !address_is_allowed(&address->addr, x->way.networks)) {
		x->way.refused_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Longest wait for the first byte. */
static int
answer_ms(const struct exchange *x)
{
	int longest = x->upstream->timeout_ms;

	return x->answer_ms > 0 && x->answer_ms < longest && !is_streamed(x) ? x->answer_ms
									     : longest;
}

static void
set_options(CURL *easy, struct exchange *x, const char *url, struct curl_slist *headers)
{
	long connect = answer_ms(x) < CONNECT_MS ? answer_ms(x) : CONNECT_MS;
	long silence = x->upstream->timeout_ms / 1000 + 1;

	handle_text(easy, CURLOPT_URL, url);
	handle_text(easy, CURLOPT_PROTOCOLS_STR, "https,http");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_NOBODY, x->call != NULL && x->call->head ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	handle_text(easy, CURLOPT_USERAGENT, "stowage/" PACKAGE_VERSION);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
	/* Silence counts as slow, so an upstream with a longer timeout for silence may be slow for
	 * as long. */
	curl_easy_setopt(
	    easy, CURLOPT_LOW_SPEED_TIME, silence > SLOW_SECONDS ? silence : (long)SLOW_SECONDS);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 64L * 1024);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, x);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, x->curl_reason);
	if (x->call != NULL && x->call->first > 0) {
		char range[32];

		snprintf(range, sizeof(range), "%lld-", (long long)x->call->first);
		handle_text(easy, CURLOPT_RANGE, range);
	}
}

/* If the proxy itself refuses, that is a failure of the remote, not a response of its upstream. */
static void
read_connect(CURL *easy, struct exchange *x)
{
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status >= 300)
		snprintf(x->head.reply->reason, sizeof(x->head.reply->reason),
		    "its proxy answered %ld", status);
}

/* False if the transfer must stop: it timed out, or the caller stops it. */
static bool
check_time(struct exchange *x)
{
	int64_t now = clock_steady_ms();
	int silence = x->head.reply->status == 0 ? answer_ms(x) : x->upstream->timeout_ms;

	if (now - x->active_ms > silence ||
	    (!is_streamed(x) && now - x->started_ms > x->upstream->total_ms)) {
		x->timed_out = true;
		return false;
	}
	if (x->call != NULL && x->call->tick != NULL && !x->call->tick(x->call->context)) {
		x->stopped = true;
		return false;
	}
	return true;
}

/* Run the transfer until it ends or check_time() stops it. */
static CURLcode
transfer(struct handle *handle, struct exchange *x)
{
	CURLcode result = CURLE_ABORTED_BY_CALLBACK;
	CURLMcode state = curl_multi_add_handle(handle->multi, handle->easy);
	CURLMsg *message;
	int running = 1, left;

	while (state == CURLM_OK &&
	       (state = curl_multi_perform(handle->multi, &running)) == CURLM_OK && running > 0 &&
	       check_time(x))
		curl_multi_poll(handle->multi, NULL, 0, TICK_MS, NULL);
	if (state == CURLM_OUT_OF_MEMORY)
		return CURLE_OUT_OF_MEMORY;
	while ((message = curl_multi_info_read(handle->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			result = message->data.result;
	return result;
}

/* True if the connection was reused and began with something else than a response: bytes that an
 * earlier response sent behind its announced end. libcurl does not look for them. */
static bool
has_met_surplus(const struct exchange *x, CURL *easy, CURLcode code)
{
	long connects = 1;

	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
	return connects == 0 && x->head.reply->status == 0 &&
	       (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY);
}

static CURLcode
transfer_whole(struct handle *handle, struct exchange *x)
{
	CURLcode code = transfer(handle, x);

	if (!has_met_surplus(x, handle->easy, code))
		return code;
	curl_multi_remove_handle(handle->multi, handle->easy);
	curl_easy_setopt(handle->easy, CURLOPT_FRESH_CONNECT, 1L);
	*x->curl_reason = '\0';
	return transfer(handle, x);
}

/* True if the TLS handshake or a certificate failed. */
static bool
is_tls_failure(CURLcode code)
{
	return code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION ||
	       code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CIPHER ||
	       code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CACERT_BADFILE;
}

static void
set_reason(struct exchange *x, CURLcode code)
{
	struct upstream_reply *reply = x->head.reply;

	reply->tls = is_tls_failure(code);
	if (*reply->reason != '\0')
		return;
	if (x->way.refused_address)
		snprintf(reply->reason, sizeof(reply->reason), "its address is private");
	else if (x->timed_out || code == CURLE_OPERATION_TIMEDOUT)
		snprintf(reply->reason, sizeof(reply->reason),
		    reply->status == 0 ? "no answer in time" : "it stopped sending");
	else if (code != CURLE_OK)
		snprintf(reply->reason, sizeof(reply->reason), "%.190s",
		    *x->curl_reason != '\0' ? x->curl_reason : curl_easy_strerror(code));
	else
		snprintf(reply->reason, sizeof(reply->reason), "the upstream registry answered %d",
		    reply->status);
}

static enum upstream_result
result_of(struct exchange *x, CURLcode code)
{
	if (x->stopped)
		return UPSTREAM_STOPPED;
	if (x->timed_out || code == CURLE_OPERATION_TIMEDOUT)
		return UPSTREAM_TIMED_OUT;
	if (code != CURLE_OK || x->broken || (has_content(x) && x->head.encoded))
		return UPSTREAM_FAILED;
	switch (x->head.reply->status) {
	case 200:
	case 206:
		return UPSTREAM_DONE;
	case 404:
		return UPSTREAM_ABSENT;
	case 400:
	case 401:
	case 403:
	case 405:
		return UPSTREAM_REFUSED;
	case 429:
		return UPSTREAM_LIMITED;
	default:
		return UPSTREAM_FAILED;
	}
}

static void
add_header(struct curl_slist **headers, const char *line)
{
	struct curl_slist *more = curl_slist_append(*headers, line);

	if (more == NULL)
		memory_give_up(strlen(line));
	*headers = more;
}

/* A request, and what is held until it ends. authorization: a whole header line, or NULL. */
struct attempt {
	struct exchange *x;
	const char *url, *authorization;
	struct curl_slist *headers; /* owned */
	struct handle *handle;      /* borrowed from x->handles */
	CURLcode code;              /* the result */
};

static void
run_attempt(void *argument)
{
	struct attempt *attempt = argument;
	struct exchange *x = attempt->x;
	CURL *easy;

	add_header(&attempt->headers, "Accept-Encoding: identity");
	if (x->call != NULL && x->call->accept != NULL)
		add_header(
		    &attempt->headers, arena_printf(x->head.arena, "Accept: %s", x->call->accept));
	if (attempt->authorization != NULL)
		add_header(&attempt->headers, attempt->authorization);
	attempt->handle = handle_acquire(x->handles, x->way.networks);
	easy = attempt->handle->easy;
	set_options(easy, x, attempt->url, attempt->headers);
	if (egress_set(easy, x->head.arena, x->outlets, x->upstream, attempt->url, &x->way))
		attempt->code = transfer_whole(attempt->handle, x);
	else if (x->way.reason != NULL)
		break_off(x, x->way.reason);
	if (attempt->code != CURLE_OK)
		read_connect(easy, x);
}

static void
exchange_begin(struct exchange *x, const char *url)
{
	*x->head.reply = (struct upstream_reply){
		.content_type = "", .length = -1, .total = -1, .rate_limit = -1
	};
	x->started_ms = x->active_ms = clock_steady_ms();
	x->head.bytes = x->room = 0;
	x->broken = x->stopped = x->timed_out = x->starved = false;
	*x->curl_reason = '\0';
	x->body = arena_slot(x->head.arena);
	x->way = (struct egress_way){ .networks = egress_networks(x->upstream, url) };
}

enum upstream_result
exchange_run(struct exchange *x, const char *url, const char *authorization)
{
	struct attempt attempt = { x, url, authorization, NULL, NULL, CURLE_COULDNT_CONNECT };
	bool done;

	exchange_begin(x, url);
	done = memory_try(run_attempt, &attempt);
	if (attempt.handle != NULL)
		handle_release(x->handles, attempt.handle);
	curl_slist_free_all(attempt.headers);
	/* The upstream did not fail. */
	if (!done || x->starved || attempt.code == CURLE_OUT_OF_MEMORY)
		memory_give_up(x->room);
	x->head.reply->body = *x->body != NULL ? *x->body : "";
	if (result_of(x, attempt.code) != UPSTREAM_DONE)
		set_reason(x, attempt.code);
	return result_of(x, attempt.code);
}

enum upstream_result
exchange_fail(struct exchange *x, const char *reason)
{
	snprintf(x->head.reply->reason, sizeof(x->head.reply->reason), "%s", reason);
	return UPSTREAM_FAILED;
}
