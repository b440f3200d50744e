#include "upstream/egress.h"

#include "upstream/address.h"
#include "upstream/handles.h"
#include "upstream/origin.h"

const char *
egress_networks(const struct upstream *upstream, const char *url)
{
	if (!upstream->private_networks)
		return NULL;
	if (*upstream->egress.networks != '\0')
		return upstream->egress.networks;
	return origin_is_named(upstream, url) ? "" : NULL;
}

static bool
refuse(struct egress_way *way, const char *reason)
{
	way->reason = reason;
	return false;
}

/* Use the remote's proxy, as defined in the settings file, or connect directly; never use a proxy
 * of the environment. false if the request is not allowed, with the reason set. */
static bool
set_proxy(CURL *easy, const struct outlets *outlets, const struct upstream *upstream,
    const char *url, struct egress_way *way)
{
	const char *name = upstream->egress.proxy;
	const struct config_proxy *proxy = config_find(outlets->proxies, name);
	struct origin origin;

	way->proxied = *name != '\0';
	handle_text(easy, CURLOPT_NOPROXY, "");
	handle_text(easy, CURLOPT_PROXY, way->proxied && proxy != NULL ? proxy->url : "");
	if (!way->proxied)
		return true;
	if (proxy == NULL)
		return refuse(way, "its proxy is missing from the settings file");
	if (!origin_read(url, &origin) || !address_host_is_allowed(origin.host, way->networks)) {
		way->refused_address = true;
		return false;
	}
	curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (*proxy->username != '\0') {
		curl_easy_setopt(easy, CURLOPT_PROXYAUTH, CURLAUTH_BASIC);
		handle_text(easy, CURLOPT_PROXYUSERNAME, proxy->username);
		handle_text(easy, CURLOPT_PROXYPASSWORD, proxy->password);
	}
	return true;
}

/* Send the client certificate to hosts that may get credentials. */
static bool
set_certificate(CURL *easy, const struct outlets *outlets, const struct upstream *upstream,
    const char *url, struct egress_way *way)
{
	const char *name = upstream->egress.certificate;
	const struct config_certificate *certificate = config_find(outlets->certificates, name);

	if (*name == '\0' || !origin_is_trusted(upstream, url))
		return true;
	if (certificate == NULL)
		return refuse(way, "its client certificate is missing from the settings file");
	handle_text(easy, CURLOPT_SSLCERT, certificate->certificate);
	handle_text(easy, CURLOPT_SSLKEY, certificate->key);
	return true;
}

bool
egress_set(CURL *easy, struct arena *arena, const struct outlets *outlets,
    const struct upstream *upstream, const char *url, struct egress_way *way)
{
	const char *address = upstream->egress.local_address;

	if (*address != '\0')
		handle_text(easy, CURLOPT_INTERFACE, arena_printf(arena, "host!%s", address));
	return set_proxy(easy, outlets, upstream, url, way) &&
	       set_certificate(easy, outlets, upstream, url, way);
}
