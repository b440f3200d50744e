#include "upstream/client.h"

#include <config.h>

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "upstream/address.h"
#include "upstream/challenge.h"
#include "upstream/origin.h"
#include "upstream/token.h"

#define CONNECT_MS 5000
#define TICK_MS 200
#define SLOW_BYTES 1024 /* per second, on average over ... */
#define SLOW_SECONDS 30
#define HEADERS_MAX (64 * 1024)
#define REDIRECTS_MAX 5
#define TOKEN_BODY_MAX (64 * 1024)
#define CHALLENGE_SECONDS 3600
#define GOOD_SECONDS 60 /* how long a successful greeting of an upstream is cached */
#define GREETING_MAX (64 * 1024)
#define RETRY_MAX_SECONDS (6 * 3600) /* Docker Hub's window; a larger value is a mistake */
#define IDLE_MAX 64                  /* cached handles, with their connections */

/*
 * A curl handle, and the multi handle that caches its connections. A connection to a private
 * address must never be reused for an upstream that may not connect to it, so handles are cached
 * per list of networks.
 */
struct handle {
	CURL *easy;
	CURLM *multi;
	char *networks; /* as for address_is_allowed(); owned */
	struct handle *next;
};

struct upstream_client {
	const struct config_named *proxies, *certificates; /* borrowed */
	struct tokens *tokens;
	pthread_mutex_t lock;
	struct handle *idle;
	size_t idle_count;
};

struct upstream_client *
upstream_client_open(const struct config_named *proxies, const struct config_named *certificates)
{
	struct upstream_client *client = calloc(1, sizeof(*client));

	if (client == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		log_fatal("cannot initialise libcurl");
	client->proxies = proxies;
	client->certificates = certificates;
	client->tokens = tokens_open();
	pthread_mutex_init(&client->lock, NULL);
	return client;
}

static void
handle_free(struct handle *handle)
{
	curl_easy_cleanup(handle->easy);
	curl_multi_cleanup(handle->multi);
	free(handle->networks);
	free(handle);
}

void
upstream_client_close(struct upstream_client *client)
{
	struct handle *handle;

	if (client == NULL)
		return;
	while ((handle = client->idle) != NULL) {
		client->idle = handle->next;
		handle_free(handle);
	}
	tokens_close(client->tokens);
	pthread_mutex_destroy(&client->lock);
	free(client);
	curl_global_cleanup();
}

static struct handle *
handle_new(const char *networks)
{
	struct handle *handle = calloc(1, sizeof(*handle));

	if (handle == NULL || (handle->easy = curl_easy_init()) == NULL ||
	    (handle->multi = curl_multi_init()) == NULL ||
	    (networks != NULL && (handle->networks = strdup(networks)) == NULL))
		log_fatal("out of memory");
	return handle;
}

static bool
is_for(const struct handle *handle, const char *networks)
{
	return networks == NULL || handle->networks == NULL
		   ? networks == handle->networks
		   : strcmp(networks, handle->networks) == 0;
}

static struct handle *
handle_take(struct upstream_client *client, const char *networks)
{
	struct handle *handle, **p;

	pthread_mutex_lock(&client->lock);
	p = &client->idle;
	while (*p != NULL && !is_for(*p, networks))
		p = &(*p)->next;
	if ((handle = *p) != NULL) {
		*p = handle->next;
		client->idle_count--;
	}
	pthread_mutex_unlock(&client->lock);
	return handle != NULL ? handle : handle_new(networks);
}

static void
handle_release(struct upstream_client *client, struct handle *handle)
{
	curl_easy_reset(handle->easy); /* drops credentials; connections stay open */
	pthread_mutex_lock(&client->lock);
	if (client->idle_count < IDLE_MAX) {
		handle->next = client->idle;
		client->idle = handle;
		client->idle_count++;
		handle = NULL;
	}
	pthread_mutex_unlock(&client->lock);
	if (handle != NULL)
		handle_free(handle);
}

/* --- One exchange: a request to one URL and its response --- */

struct exchange {
	struct arena *arena;
	const struct upstream *upstream;
	const struct upstream_call *call; /* NULL: request to a token service */
	struct upstream_reply *reply;
	struct challenge challenge;
	const char *location;
	const char *networks; /* allowed networks (address.h) */
	bool proxied;
	bool encoded; /* it has a Content-Encoding, so digests would not match */
	size_t header_bytes;
	size_t limit; /* of a buffered body */
	char *body;   /* owned by the exchange until it ends */
	size_t room;
	int answer_ms;     /* longest wait for the first byte; 0: as between later bytes */
	int64_t active_ms; /* when bytes arrived last */
	int64_t started_ms;
	bool stopped, timed_out, refused_address, broken;
	char curl_reason[CURL_ERROR_SIZE];
};

static bool
is_body_wanted(const struct exchange *x)
{
	return x->reply->status == 200 || x->reply->status == 206;
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
	snprintf(x->reply->reason, sizeof(x->reply->reason), "%s", why);
	return false;
}

/* Start a new response head, for example after an interim one. */
static void
head_reset(struct exchange *x, const char *line)
{
	*x->reply = (struct upstream_reply){
		.content_type = "",
		.length = -1,
		.total = -1,
		.rate_limit = -1,
		.rate_remaining = -1,
		.rate_seconds = -1,
	};
	x->challenge = (struct challenge){ 0 };
	x->location = NULL;
	x->encoded = false;
	line = strchr(line, ' ');
	x->reply->status = line == NULL ? 0 : (int)strtol(line, NULL, 10);
}

/* "100;w=21600" (Docker Hub). */
static int
rate_number(struct exchange *x, const char *value)
{
	const char *window = strstr(value, "w=");

	if (window != NULL)
		x->reply->rate_seconds = (int)strtol(window + 2, NULL, 10);
	return (int)strtol(value, NULL, 10);
}

/* Parse seconds or a date (RFC 9110, 10.2.3). */
static int64_t
retry_seconds(const char *value)
{
	char *end;
	long long seconds = strtoll(value, &end, 10);

	if (end == value)
		seconds = (long long)curl_getdate(value, NULL) - clock_wall_seconds();
	if (seconds > RETRY_MAX_SECONDS)
		return RETRY_MAX_SECONDS;
	return seconds > 0 ? seconds : 0;
}

/* "bytes 5-9/10" */
static void
read_content_range(struct exchange *x, const char *value)
{
	const char *slash = strchr(value, '/');

	x->reply->first = -1; /* not the requested range unless parsed below */
	if (strncasecmp(value, "bytes ", 6) != 0)
		return;
	x->reply->first = strtoll(value + 6, NULL, 10);
	if (slash != NULL && slash[1] != '*')
		x->reply->total = strtoll(slash + 1, NULL, 10);
}

/* <URL>; rel="next" */
static void
read_link(struct exchange *x, const char *value)
{
	const char *open = strchr(value, '<'), *close = open == NULL ? NULL : strchr(open, '>');

	if (close != NULL && strstr(close, "next") != NULL)
		x->reply->link = arena_strndup(x->arena, open + 1, (size_t)(close - open - 1));
}

static void
read_header(struct exchange *x, const char *name, const char *value)
{
	struct upstream_reply *reply = x->reply;

	if (strcasecmp(name, "Content-Type") == 0)
		reply->content_type = arena_strndup(x->arena, value, strcspn(value, "; \t"));
	else if (strcasecmp(name, "Docker-Content-Digest") == 0)
		reply->digest = arena_strdup(x->arena, value);
	else if (strcasecmp(name, "Content-Length") == 0)
		reply->length = strtoll(value, NULL, 10);
	else if (strcasecmp(name, "Content-Range") == 0)
		read_content_range(x, value);
	else if (strcasecmp(name, "Content-Encoding") == 0)
		x->encoded = strcasecmp(value, "identity") != 0;
	else if (strcasecmp(name, "WWW-Authenticate") == 0)
		challenge_parse(x->arena, value, &x->challenge);
	else if (strcasecmp(name, "Location") == 0)
		x->location = arena_strdup(x->arena, value);
	else if (strcasecmp(name, "Link") == 0)
		read_link(x, value);
	else if (strcasecmp(name, "Retry-After") == 0)
		reply->retry_after = retry_seconds(value);
	else if (strcasecmp(name, "RateLimit-Limit") == 0)
		reply->rate_limit = rate_number(x, value);
	else if (strcasecmp(name, "RateLimit-Remaining") == 0)
		reply->rate_remaining = rate_number(x, value);
}

static size_t
on_header(char *data, size_t size, size_t count, void *context)
{
	struct exchange *x = context;
	size_t length = size * count;
	char *line, *colon;

	x->active_ms = clock_steady_ms();
	x->header_bytes += length;
	if (x->header_bytes > HEADERS_MAX) {
		break_off(x, "too many headers");
		return 0;
	}
	line = arena_strndup(x->arena, data, length);
	line[strcspn(line, "\r\n")] = '\0';
	if (strncmp(line, "HTTP/", 5) == 0) {
		head_reset(x, line);
	} else if ((colon = strchr(line, ':')) != NULL) {
		*colon = '\0';
		read_header(x, line, colon + 1 + strspn(colon + 1, " \t"));
	}
	return length;
}

/* Buffer a body that is not streamed. */
static bool
keep(struct exchange *x, const char *data, size_t length)
{
	struct upstream_reply *reply = x->reply;
	char *body;

	if (length > x->limit - reply->body_length)
		return break_off(x, "the answer is too long");
	if (reply->body_length + length + 1 > x->room) {
		x->room = 2 * (reply->body_length + length + 1);
		if ((body = realloc(x->body, x->room)) == NULL)
			return break_off(x, "no memory for its answer");
		x->body = body;
	}
	memcpy(x->body + reply->body_length, data, length);
	reply->body_length += length;
	x->body[reply->body_length] = '\0';
	return true;
}

static size_t
on_body(char *data, size_t size, size_t count, void *context)
{
	struct exchange *x = context;
	size_t length = size * count;

	x->active_ms = clock_steady_ms();
	if (!is_body_wanted(x))
		return length; /* ignore the body of an error */
	if (x->encoded) {
		break_off(x, "the answer has a Content-Encoding");
		return 0;
	}
	if (!is_streamed(x))
		return keep(x, data, length) ? length : 0;
	if (x->reply->status == 200)
		x->reply->total = x->reply->length;
	if (x->call->piece(x->call->context, x->reply, data, length))
		return length;
	x->stopped = true;
	return 0;
}

/* Called after the name was resolved: checks the address. A proxy's address is not checked, because
 * it is from the settings file. */
static curl_socket_t
on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *x = context;

	(void)purpose;
	if (!x->proxied && !address_is_allowed(&address->addr, x->networks)) {
		x->refused_address = true;
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

	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_NOBODY, x->call != NULL && x->call->head ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "stowage/" PACKAGE_VERSION);
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
		curl_easy_setopt(easy, CURLOPT_RANGE, range); /* copied */
	}
}

/* Private networks that are allowed for a URL. */
static const char *
networks_of(const struct upstream *upstream, const char *url)
{
	if (!upstream->private_networks)
		return NULL;
	if (*upstream->egress.networks != '\0')
		return upstream->egress.networks;
	return origin_is_named(upstream, url) ? "" : NULL;
}

/* Use the remote's proxy, as defined in the settings file, or connect directly; never use a proxy
 * of the environment. false if the request is not allowed, with the reason set. */
static bool
set_proxy(struct upstream_client *client, CURL *easy, struct exchange *x, const char *url)
{
	const char *name = x->upstream->egress.proxy;
	const struct config_proxy *proxy = config_find(client->proxies, name);
	struct origin origin;

	x->proxied = *name != '\0';
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	curl_easy_setopt(easy, CURLOPT_PROXY, x->proxied && proxy != NULL ? proxy->url : "");
	if (!x->proxied)
		return true;
	if (proxy == NULL)
		return break_off(x, "its proxy is not in the settings file");
	if (!origin_read(url, &origin) || !address_host_is_allowed(origin.host, x->networks)) {
		x->refused_address = true;
		return false;
	}
	curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (*proxy->username != '\0') {
		curl_easy_setopt(easy, CURLOPT_PROXYAUTH, CURLAUTH_BASIC);
		curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, proxy->username);
		curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, proxy->password);
	}
	return true;
}

/* Send the client certificate to hosts that may get credentials. */
static bool
set_certificate(struct upstream_client *client, CURL *easy, struct exchange *x, const char *url)
{
	const char *name = x->upstream->egress.certificate;
	const struct config_certificate *certificate = config_find(client->certificates, name);

	if (*name == '\0' || !origin_is_trusted(x->upstream, url))
		return true;
	if (certificate == NULL)
		return break_off(x, "its client certificate is not in the settings file");
	curl_easy_setopt(easy, CURLOPT_SSLCERT, certificate->certificate);
	curl_easy_setopt(easy, CURLOPT_SSLKEY, certificate->key);
	return true;
}

/* Connect to the URL as the remote's settings say. */
static bool
set_egress(struct upstream_client *client, CURL *easy, struct exchange *x, const char *url)
{
	const char *address = x->upstream->egress.local_address;

	if (*address != '\0')
		curl_easy_setopt(
		    easy, CURLOPT_INTERFACE, arena_printf(x->arena, "host!%s", address));
	return set_proxy(client, easy, x, url) && set_certificate(client, easy, x, url);
}

/* If the proxy itself refuses, that is a failure of the remote, not a response of its upstream. */
static void
read_connect(CURL *easy, struct exchange *x)
{
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status >= 300)
		snprintf(
		    x->reply->reason, sizeof(x->reply->reason), "its proxy answered %ld", status);
}

/* False if the transfer must stop: it timed out, or the caller stops it. */
static bool
check_time(struct exchange *x)
{
	int64_t now = clock_steady_ms();
	int silence = x->reply->status == 0 ? answer_ms(x) : x->upstream->timeout_ms;

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
	CURLMsg *message;
	int running = 1, left;

	curl_multi_add_handle(handle->multi, handle->easy);
	while (
	    curl_multi_perform(handle->multi, &running) == CURLM_OK && running > 0 && check_time(x))
		curl_multi_poll(handle->multi, NULL, 0, TICK_MS, NULL);
	while ((message = curl_multi_info_read(handle->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			result = message->data.result;
	curl_multi_remove_handle(handle->multi, handle->easy);
	return result;
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
	struct upstream_reply *reply = x->reply;

	reply->tls = is_tls_failure(code);
	if (*reply->reason != '\0')
		return;
	if (x->refused_address)
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
	if (code != CURLE_OK || x->broken || (is_body_wanted(x) && x->encoded))
		return UPSTREAM_FAILED;
	switch (x->reply->status) {
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
		log_fatal("out of memory");
	*headers = more;
}

/* authorization: a whole header line, or NULL. */
static enum upstream_result
exchange(
    struct upstream_client *client, struct exchange *x, const char *url, const char *authorization)
{
	struct curl_slist *headers = NULL;
	struct handle *handle;
	CURLcode code = CURLE_COULDNT_CONNECT;

	*x->reply = (struct upstream_reply){
		.content_type = "", .length = -1, .total = -1, .rate_limit = -1
	};
	x->started_ms = x->active_ms = clock_steady_ms();
	x->header_bytes = 0;
	x->broken = x->stopped = x->timed_out = x->refused_address = false;
	*x->curl_reason = '\0';
	add_header(&headers, "Accept-Encoding: identity");
	if (x->call != NULL && x->call->accept != NULL)
		add_header(&headers, arena_printf(x->arena, "Accept: %s", x->call->accept));
	if (authorization != NULL)
		add_header(&headers, authorization);
	x->networks = networks_of(x->upstream, url);
	handle = handle_take(client, x->networks);
	set_options(handle->easy, x, url, headers);
	if (set_egress(client, handle->easy, x, url))
		code = transfer(handle, x);
	if (code != CURLE_OK)
		read_connect(handle->easy, x);
	curl_slist_free_all(headers);
	handle_release(client, handle);
	if (x->body != NULL) {
		arena_defer(x->arena, free, x->body);
		x->reply->body = x->body;
		x->body = NULL;
		x->room = 0;
	} else {
		x->reply->body = "";
	}
	if (result_of(x, code) != UPSTREAM_DONE)
		set_reason(x, code);
	return result_of(x, code);
}

/* --- Redirects and credentials --- */

static bool
is_redirect(const struct exchange *x)
{
	int status = x->reply->status;

	return (status == 301 || status == 302 || status == 303 || status == 307 ||
		   status == 308) &&
	       x->location != NULL;
}

/* Make the exchange and follow redirects; credentials are not sent to another origin. */
static enum upstream_result
follow(
    struct upstream_client *client, struct exchange *x, const char *url, const char *authorization)
{
	struct origin from, to;
	enum upstream_result result = exchange(client, x, url, authorization);

	for (int n = 0; result == UPSTREAM_FAILED && is_redirect(x); n++) {
		const char *next = origin_resolve(x->arena, url, x->location);

		if (next == NULL || n == REDIRECTS_MAX) {
			snprintf(x->reply->reason, sizeof(x->reply->reason),
			    next == NULL ? "it redirects to an unsupported URL"
					 : "it redirects too often");
			return UPSTREAM_FAILED;
		}
		if (!x->upstream->any_host_auth &&
		    !(origin_read(url, &from) && origin_read(next, &to) &&
			origin_equal(&from, &to)))
			authorization = NULL;
		url = next;
		result = exchange(client, x, url, authorization);
	}
	return result;
}

static const char *
basic_header(struct arena *arena, const struct upstream *upstream)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *text = arena_printf(arena, "%s:%s", upstream->username, upstream->password);
	size_t length = strlen(text), n = 0;
	char *out = arena_alloc(arena, 4 * (length / 3 + 1) + 1);

	for (size_t i = 0; i < length; i += 3) {
		unsigned long bits = (unsigned long)(unsigned char)text[i] << 16;

		if (i + 1 < length)
			bits |= (unsigned long)(unsigned char)text[i + 1] << 8;
		if (i + 2 < length)
			bits |= (unsigned char)text[i + 2];
		out[n++] = digits[bits >> 18];
		out[n++] = digits[bits >> 12 & 63];
		out[n++] = i + 1 < length ? digits[bits >> 6 & 63] : '=';
		out[n++] = i + 2 < length ? digits[bits & 63] : '=';
	}
	out[n] = '\0';
	return arena_printf(arena, "Authorization: Basic %s", out);
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
	const char *url = arena_printf(arena, "%s%cservice=%s%s%s%s", realm,
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
challenge_keep(struct upstream_client *client, struct exchange *x)
{
	const struct challenge *challenge = &x->challenge;

	token_keep(client->tokens, challenge_key(x->arena, x->upstream),
	    arena_printf(x->arena, "%s\n%s", challenge->realm,
		challenge->service == NULL ? "" : challenge->service),
	    CHALLENGE_SECONDS);
}

static bool
challenge_find(struct upstream_client *client, struct exchange *x)
{
	const char *text = token_find(
	    client->tokens, x->arena, challenge_key(x->arena, x->upstream));
	size_t length = text == NULL ? 0 : strcspn(text, "\n");

	if (text == NULL)
		return false;
	x->challenge = (struct challenge){
		.realm = arena_strndup(x->arena, text, length),
		.service = text[length] == '\0' || text[length + 1] == '\0' ? NULL
									    : text + length + 1,
	};
	return true;
}

/* Get a token from the realm of the challenge. Credentials are sent only if the realm's host is
 * trusted; otherwise the request is anonymous. *token NULL: no token, and the result says why. */
static enum upstream_result
get_token(struct upstream_client *client, struct exchange *x, const char *name, const char **token)
{
	const struct challenge challenge = x->challenge;
	const struct upstream *upstream = x->upstream;
	struct exchange ask = {
		.arena = x->arena,
		.upstream = upstream,
		.reply = x->reply,
		.limit = TOKEN_BODY_MAX,
		.answer_ms = x->answer_ms,
	};
	const char *realm = origin_resolve(x->arena, upstream->url, challenge.realm);
	enum upstream_result result;
	int64_t seconds;

	*token = NULL;
	if (realm == NULL) {
		snprintf(x->reply->reason, sizeof(x->reply->reason),
		    "its token service has an address that is not allowed");
		return UPSTREAM_FAILED;
	}
	result = follow(client, &ask, token_url(x->arena, realm, challenge.service, name),
	    *upstream->username != '\0' && origin_is_trusted(upstream, realm)
		? basic_header(x->arena, upstream)
		: NULL);
	x->reply->stage = UPSTREAM_TOKEN_SERVICE;
	if (result == UPSTREAM_REFUSED)
		snprintf(x->reply->reason, sizeof(x->reply->reason),
		    "its token service answered %d", x->reply->status);
	if (result != UPSTREAM_DONE)
		return result == UPSTREAM_ABSENT ? UPSTREAM_FAILED : result;
	*token = token_read(x->arena, x->reply->body, x->reply->body_length, &seconds);
	if (*token == NULL) {
		snprintf(x->reply->reason, sizeof(x->reply->reason),
		    "its token service returned no token");
		return UPSTREAM_FAILED;
	}
	token_keep(client->tokens, token_key(x->arena, upstream, name), *token, seconds);
	return UPSTREAM_DONE;
}

/* Send the request to the registry itself. */
static enum upstream_result
follow_as(struct upstream_client *client, struct exchange *x, const char *url,
    enum upstream_stage stage, const char *token)
{
	enum upstream_result result = follow(client, x, url,
	    stage == UPSTREAM_BASIC ? basic_header(x->arena, x->upstream)
				    : bearer_header(x->arena, token));

	x->reply->stage = stage;
	return result;
}

/* Send a request to the upstream's own registry, with the authentication that it requires. */
static enum upstream_result
ask_registry(struct upstream_client *client, struct exchange *x, const char *url)
{
	const struct upstream *upstream = x->upstream;
	const char *name = x->call->name;
	const char *token = token_find(
	    client->tokens, x->arena, token_key(x->arena, upstream, name));
	enum upstream_result result;

	/* If the token service refuses, the registry itself will send a challenge; if it times out,
	 * do not wait a second time. */
	if (token == NULL && upstream->token_authentication && challenge_find(client, x)) {
		result = get_token(client, x, name, &token);
		if (result == UPSTREAM_TIMED_OUT || result == UPSTREAM_LIMITED)
			return result;
	}
	result = follow_as(
	    client, x, url, token != NULL ? UPSTREAM_TOKEN : UPSTREAM_ANONYMOUS, token);
	if (result != UPSTREAM_REFUSED || x->reply->status != 401)
		return result;
	if (x->challenge.realm != NULL && upstream->token_authentication) {
		challenge_keep(client, x);
		result = get_token(client, x, name, &token);
		if (token == NULL)
			return result;
		return follow_as(client, x, url, UPSTREAM_TOKEN, token);
	}
	if (x->challenge.basic && *upstream->username != '\0')
		return follow_as(client, x, url, UPSTREAM_BASIC, NULL);
	return result;
}

/* A Link is followed only within the same registry; returns the part after the upstream's URL. */
static const char *
next_path(struct exchange *x, const char *url, const char *base)
{
	const char *next = x->reply->link == NULL ? NULL
						  : origin_resolve(x->arena, url, x->reply->link);
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
	struct exchange x = { .arena = arena,
		.upstream = upstream,
		.call = call,
		.reply = reply,
		.limit = call->limit,
		.answer_ms = call->answer_ms };
	size_t length = strlen(upstream->url);
	const char *base, *url;
	struct origin ignored;
	enum upstream_result result;
	jmp_buf *out;

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
	out = arena_catch(arena, NULL); /* libcurl calls back into functions that allocate */
	result = call->url != NULL ? follow(client, &x, url, NULL) : ask_registry(client, &x, url);
	arena_catch(arena, out);
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
