/*
 * Settings: an INI file read once at start into one struct, by one table that names each key, its
 * type, its default and its sentence (config.c). `stowagectl config` prints the table; a test holds
 * sample and manual against it.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/attributes.h"
#include "base/error.h"

/* A section that is named in the file, as in [proxy "NAME"]; the first member of each kind. */
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
	int64_t database_timeout_ms;  /* longest a statement may take */
	/* [store] */
	char *store_path;            /* holds blobs/ and uploads/ */
	int64_t store_reserve_bytes; /* /readyz?push turns red below this much free space */
	/* [http] */
	int64_t http_general_threads;  /* per worker; 0: four per core, at least 8 */
	int64_t http_upload_threads;   /* per worker */
	int64_t http_body_threads;     /* per worker, at most */
	int64_t http_waiter_threads;   /* per worker, at most */
	int64_t http_upload_sessions;  /* of one account, open at once; 0: no limit */
	int64_t http_blob_limit_bytes; /* largest blob taken; 0: no limit */
	char *http_trusted_proxies;    /* addresses and networks whose X-Forwarded-* are believed,
					  comma separated */
	/* [upstream] */
	int64_t upstream_fetches; /* blobs fetched at once, per worker */
	/* [proxy "NAME"] and [certificate "NAME"]: what remotes may name */
	struct config_named *proxies, *certificates;
	/* [auth] */
	int64_t auth_token_seconds;    /* life of a bearer token */
	int64_t auth_remember_seconds; /* a verified password is remembered this long, 60 at most */
	int64_t auth_lock_failures;    /* wrong passwords in a row that lock an account for the
					  address they come from; 0: never */
	int64_t auth_lock_seconds;
	int64_t
	    auth_hour_failures; /* wrong passwords for an account in an hour, after which only
				   addresses with an earlier good sign-in may try; 0: no limit */
	/* [log] */
	char *log_level; /* error, warning, info or debug */
};

/*
 * Read path, or $STOWAGE_CONFIG, or the compiled-in default file when path is NULL. Unknown
 * sections and keys, doubled keys and values of the wrong type are errors that name file and line.
 * Strings are owned by the struct and live for ever.
 */
bool config_read(struct config *, const char *path, struct error *) MUST_CHECK;
/* The start of a program: read the settings and open its log at their level, or exit with a
 * message. */
void config_start(struct config *, const char *program, const char *path);
/* The section of that name; NULL: there is no such section. */
const void *config_find(const struct config_named *, const char *name);
/* The table: one line per key with type, default and sentence. */
void config_print(FILE *);

#endif
