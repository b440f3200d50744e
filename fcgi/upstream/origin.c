#include "upstream/origin.h"

#include <ctype.h>
#include <curl/curl.h>
#include <libpsl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Copy one part of a URL into a buffer. */
static bool
part(CURLU *url, CURLUPart what, unsigned flags, char *out, size_t size)
{
	char *text = NULL;
	bool ok = curl_url_get(url, what, &text, flags) == CURLUE_OK && strlen(text) < size;

	if (ok)
		for (size_t i = 0; i <= strlen(text); i++)
			out[i] = (char)tolower((unsigned char)text[i]);
	curl_free(text);
	return ok;
}

static bool
has_user(CURLU *url)
{
	char *text = NULL;
	bool found = curl_url_get(url, CURLUPART_USER, &text, 0) == CURLUE_OK;

	curl_free(text);
	return found;
}

bool
origin_read(const char *text, struct origin *origin)
{
	CURLU *url = curl_url();
	bool ok = url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
		  !has_user(url) &&
		  part(url, CURLUPART_SCHEME, 0, origin->scheme, sizeof(origin->scheme)) &&
		  part(url, CURLUPART_HOST, 0, origin->host, sizeof(origin->host)) &&
		  part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, origin->port,
		      sizeof(origin->port)) &&
		  (strcmp(origin->scheme, "https") == 0 || strcmp(origin->scheme, "http") == 0);

	curl_url_cleanup(url);
	return ok;
}

bool
origin_equal(const struct origin *a, const struct origin *b)
{
	return strcmp(a->scheme, b->scheme) == 0 && strcmp(a->host, b->host) == 0 &&
	       strcmp(a->port, b->port) == 0;
}

const char *
origin_resolve(struct arena *arena, const char *base, const char *reference)
{
	CURLU *url = curl_url();
	struct origin from, to;
	char *text = NULL;
	const char *resolved = NULL;

	if (url != NULL && curl_url_set(url, CURLUPART_URL, base, 0) == CURLUE_OK &&
	    curl_url_set(url, CURLUPART_URL, reference, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK && origin_read(base, &from) &&
	    origin_read(text, &to) &&
	    (strcmp(to.scheme, "https") == 0 || strcmp(from.scheme, "http") == 0))
		resolved = arena_strdup(arena, text);
	curl_free(text);
	curl_url_cleanup(url);
	return resolved;
}

/* True for a name with dots; false for an address or a single label. */
static bool
is_dns_name(const char *host)
{
	const char *last = strrchr(host, '.');

	return last != NULL && strchr(host, ':') == NULL && last[1] != '\0' &&
	       !isdigit((unsigned char)last[1]);
}

/* Domains that customers of a cloud share, so that hosts in the same domain are unrelated. */
static const char *const shared_domains[] = {
#include "upstream/shared_domains.inc"
};

/* Registries whose token service has another domain. */
static const struct pair {
	const char *registry, *realm;
} known_pairs[] = {
	{ "registry.hub.docker.com", "auth.docker.io" },
};

/* The registrable domain of a name by the public suffix list; NULL if it has none, or if unrelated
 * parties share it. */
static const char *
domain_of(const char *host)
{
	const char *domain = psl_registrable_domain(psl_builtin(), host);

	for (size_t i = 0; domain != NULL && i < sizeof(shared_domains) / sizeof(shared_domains[0]);
	     i++)
		if (strcmp(domain, shared_domains[i]) == 0)
			return NULL;
	return domain;
}

static bool
is_same_domain(const char *a, const char *b)
{
	const char *domain = is_dns_name(a) && is_dns_name(b) ? domain_of(a) : NULL,
		   *other = domain == NULL ? NULL : domain_of(b);

	return other != NULL && strcmp(domain, other) == 0;
}

static bool
is_known_pair(const char *registry, const char *realm)
{
	for (size_t i = 0; i < sizeof(known_pairs) / sizeof(known_pairs[0]); i++)
		if (strcmp(known_pairs[i].registry, registry) == 0 &&
		    strcmp(known_pairs[i].realm, realm) == 0)
			return true;
	return false;
}

static bool
is_realm_host(const struct upstream *upstream, const struct origin *origin)
{
	char with_port[sizeof(origin->host) + sizeof(origin->port) + 1];

	snprintf(with_port, sizeof(with_port), "%s:%s", origin->host, origin->port);
	for (size_t i = 0; i < upstream->realm_host_count; i++)
		if (strcasecmp(upstream->realm_hosts[i], origin->host) == 0 ||
		    strcasecmp(upstream->realm_hosts[i], with_port) == 0)
			return true;
	return false;
}

bool
origin_is_trusted(const struct upstream *upstream, const char *url)
{
	struct origin own, there;

	if (!origin_read(upstream->url, &own) || !origin_read(url, &there) ||
	    (strcmp(own.scheme, "https") == 0 && strcmp(there.scheme, "https") != 0))
		return false;
	if (upstream->any_host_auth || origin_equal(&own, &there) ||
	    is_realm_host(upstream, &there))
		return true;
	return strcmp(own.scheme, there.scheme) == 0 &&
	       (is_known_pair(own.host, there.host) || is_same_domain(own.host, there.host));
}

bool
origin_is_named(const struct upstream *upstream, const char *url)
{
	struct origin own, there;

	return origin_read(upstream->url, &own) && origin_read(url, &there) &&
	       (strcmp(own.host, there.host) == 0 || is_realm_host(upstream, &there));
}
