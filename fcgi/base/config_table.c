#include "base/config_table.h"

#include <string.h>

#include "base/settings.h"

#define AT(field) offsetof(struct config, field)
#define AT_PROXY(field) offsetof(struct config_proxy, field)
#define AT_CERTIFICATE(field) offsetof(struct config_certificate, field)
#define SECONDS_MAX (365LL * 24 * 3600)
#define BYTES_MAX (INT64_C(1) << 60)

const struct config_option config_options[] = {
	{ "database", "url", CONFIG_TEXT, AT(database_url), "dbname=stowage", 0, 0,
	    "Connection string or URI of the PostgreSQL database." },
	{ "database", "connections", CONFIG_NUMBER, AT(database_connections), "0", 0, 1000,
	    "Number of connections of all workers of a program together; 0: two per core." },
	{ "database", "timeout_ms", CONFIG_NUMBER, AT(database_timeout_ms), "5000", 100, 3600000,
	    "Maximum duration of a statement, in milliseconds." },
	{ "store", "path", CONFIG_TEXT, AT(store_path), "/var/lib/stowage", 0, 0,
	    "Directory of the blob store; it holds blobs/ and uploads/." },
	{ "store", "reserve_bytes", CONFIG_BYTES, AT(store_reserve_bytes), "1G", 0, BYTES_MAX,
	    "/readyz?push fails if less space than this is free." },
	{ "http", "general_threads", CONFIG_NUMBER, AT(http_general_threads), "0", 0, 1024,
	    "Number of threads per worker for all requests but uploads; 0: four per core, at least 8." },
	{ "http", "upload_threads", CONFIG_NUMBER, AT(http_upload_threads), "64", 1, 1024,
	    "Number of threads per worker for uploads." },
	{ "http", "body_threads", CONFIG_NUMBER, AT(http_body_threads), "256", 1, 4096,
	    "Maximum number of threads per worker that wait for uploads; a quarter as many more wait for other bodies." },
	{ "http", "blocking_threads", CONFIG_NUMBER, AT(http_blocking_threads), "256", 1, 4096,
	    "Maximum number of threads per worker that wait for upstreams or password hashes, or send a blob while it arrives." },
	{ "http", "blob_limit_bytes", CONFIG_BYTES, AT(http_blob_limit_bytes), "0", 0, BYTES_MAX,
	    "Maximum size of a blob; 0: no limit." },
	{ "http", "upload_sessions", CONFIG_NUMBER, AT(http_upload_sessions), "10000", 0, 10000000,
	    "Maximum number of upload sessions that one account may have open at once; 0: no limit." },
	{ "http", "trusted_proxies", CONFIG_NETWORKS, AT(http_trusted_proxies), "", 0, 0,
	    "Addresses and networks whose X-Forwarded-* headers are trusted, separated by commas." },
	{ "upstream", "fetches", CONFIG_NUMBER, AT(upstream_fetches), "16", 1, 1024,
	    "Maximum number of blobs that a worker fetches from upstreams at once." },
	{ "proxy", "url", CONFIG_PROXY, AT_PROXY(url), NULL, 0, 0,
	    "The HTTP proxy, as http://HOST:PORT; the method is CONNECT." },
	{ "proxy", "username", CONFIG_TEXT, AT_PROXY(username), "", 0, 0,
	    "User name for the proxy; empty: none." },
	{ "proxy", "password", CONFIG_TEXT, AT_PROXY(password), "", 0, 0,
	    "Password for the proxy." },
	{ "certificate", "certificate", CONFIG_TEXT, AT_CERTIFICATE(certificate), NULL, 0, 0,
	    "PEM file with the certificate and the intermediate certificates." },
	{ "certificate", "key", CONFIG_TEXT, AT_CERTIFICATE(key), NULL, 0, 0,
	    "PEM file with its private key." },
	{ "auth", "token_seconds", CONFIG_NUMBER, AT(auth_token_seconds), "300", 60, 24 * 3600,
	    "Lifetime of a bearer token, in seconds." },
	{ "auth", "remember_seconds", CONFIG_NUMBER, AT(auth_remember_seconds), "60", 0, 60,
	    "How long a verified password is remembered, in seconds, so that not every request computes a hash." },
	{ "auth", "lock_failures", CONFIG_NUMBER, AT(auth_lock_failures), "10", 0, 1000000,
	    "Number of consecutive wrong passwords that lock an account for the address they come from; 0: never." },
	{ "auth", "lock_seconds", CONFIG_NUMBER, AT(auth_lock_seconds), "300", 1, SECONDS_MAX,
	    "Duration of that lock, in seconds." },
	{ "auth", "hour_failures", CONFIG_NUMBER, AT(auth_hour_failures), "100", 0, 1000000,
	    "Maximum number of wrong passwords for an account in an hour; then only known addresses may try. 0: no limit." },
	{ "log", "level", CONFIG_LEVEL, AT(log_level), "info", 0, 0,
	    "Log level: error, warning, info or debug." },
};

#define COUNT (sizeof(config_options) / sizeof(config_options[0]))

_Static_assert(COUNT <= CONFIG_OPTIONS_MAX, "readers note which options they have seen");
const size_t config_option_count = COUNT;

static const struct config_list lists[] = {
	{ "proxy", AT(proxies), sizeof(struct config_proxy) },
	{ "certificate", AT(certificates), sizeof(struct config_certificate) },
};

/* Settings of earlier releases; they are refused with their new name. */
static const struct renamed {
	const char *section, *key, *now;
} renamed[] = {
	{ "http", "waiter_threads", "blocking_threads" },
};

const struct config_option *
config_option_find(const char *section, const char *key)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(config_options[i].section, section) == 0 &&
		    (key == NULL || strcmp(config_options[i].key, key) == 0))
			return &config_options[i];
	return NULL;
}

const struct config_list *
config_list_find(const char *section)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(lists[i].section, section) == 0)
			return &lists[i];
	return NULL;
}

const char *
config_renamed(const char *section, const char *key)
{
	for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
		if (strcmp(renamed[i].section, section) == 0 && strcmp(renamed[i].key, key) == 0)
			return renamed[i].now;
	return NULL;
}
