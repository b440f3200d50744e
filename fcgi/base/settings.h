/* The settings as programs use them: a member for each key of the file (config.h). */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include <stdint.h>

/* A section with a name, as in [proxy "NAME"]; the first member of each such struct. */
struct config_named {
	struct config_named *next;
	char *name;
};

struct config_proxy {
	struct config_named named;
	char *url; /* http://HOST:PORT */
	char *username, *password;
};

struct config_certificate {
	struct config_named named;
	char *certificate, *key; /* paths of PEM files */
};

struct config {
	/* [database] */
	char *database_url;           /* libpq connection string or URI */
	int64_t database_connections; /* of all workers of a program together; 0: two per core */
	int64_t database_timeout_ms;  /* limit of one statement */
	/* [store] */
	char *store_path;            /* holds blobs/ and uploads/ */
	int64_t store_reserve_bytes; /* /readyz?push fails if free space is below this */
	/* [http] */
	int64_t http_general_threads;  /* per worker; 0: four per core, at least 8 */
	int64_t http_upload_threads;   /* per worker */
	int64_t http_body_threads;     /* per worker, at most */
	int64_t http_blocking_threads; /* per worker, at most */
	int64_t http_upload_sessions;  /* open at once, per account; 0: no limit */
	int64_t http_blob_limit_bytes; /* largest blob accepted; 0: no limit */
	char *http_trusted_proxies; /* addresses and networks whose X-Forwarded-* are trusted, comma
				    separated */
	/* [upstream] */
	int64_t upstream_fetches; /* blobs fetched at once, per worker */
	/* [proxy "NAME"] and [certificate "NAME"], which remote repositories may name */
	struct config_named *proxies, *certificates;
	/* [auth] */
	int64_t auth_token_seconds;    /* lifetime of a bearer token */
	int64_t auth_remember_seconds; /* a verified password is cached this long, 60 at most */
	int64_t auth_lock_failures;    /* consecutive wrong passwords that lock an account for the
					  address they come from; 0: never */
	int64_t auth_lock_seconds;
	int64_t auth_hour_failures; /* wrong passwords for an account in an hour; beyond that only
					   addresses with an earlier successful sign-in may try; 0:
				       no limit */
	/* [log] */
	char *log_level; /* error, warning, info or debug */
};

#endif
