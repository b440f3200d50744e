#include "base/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/network.h"

#ifndef DEFAULT_CONFIG
#error "DEFAULT_CONFIG must name the default settings file"
#endif

enum option_type {
	OPTION_TEXT,
	OPTION_NUMBER,
	OPTION_BYTES,
	OPTION_LEVEL,
	OPTION_NETWORKS,
	OPTION_PROXY
};

struct option {
	const char *section, *key;
	enum option_type type;
	size_t offset;        /* in struct config, or in the struct of a named section */
	const char *standard; /* the default as it is written in the file; NULL: must be set */
	int64_t least, most;  /* of numbers and bytes */
	const char *message;
};

#define AT(field) offsetof(struct config, field)
#define AT_PROXY(field) offsetof(struct config_proxy, field)
#define AT_CERTIFICATE(field) offsetof(struct config_certificate, field)
#define SECONDS_MAX (365LL * 24 * 3600)
#define BYTES_MAX (INT64_C(1) << 60)
#define NAME_LENGTH_MAX 64 /* characters, of a section */

static const struct option options[] = {
	{ "database", "url", OPTION_TEXT, AT(database_url), "dbname=stowage", 0, 0,
	    "Connection string or URI of the PostgreSQL database." },
	{ "database", "connections", OPTION_NUMBER, AT(database_connections), "0", 0, 1000,
	    "Number of connections of all workers of a program together; 0: two per core." },
	{ "database", "timeout_ms", OPTION_NUMBER, AT(database_timeout_ms), "5000", 100, 3600000,
	    "Maximum duration of a statement, in milliseconds." },
	{ "store", "path", OPTION_TEXT, AT(store_path), "/var/lib/stowage", 0, 0,
	    "Directory of the blob store; it holds blobs/ and uploads/." },
	{ "store", "reserve_bytes", OPTION_BYTES, AT(store_reserve_bytes), "1G", 0, BYTES_MAX,
	    "/readyz?push fails when less space than this is free." },
	{ "http", "general_threads", OPTION_NUMBER, AT(http_general_threads), "0", 0, 1024,
	    "Number of threads per worker for all requests but uploads; 0: four per core, at least 8." },
	{ "http", "upload_threads", OPTION_NUMBER, AT(http_upload_threads), "64", 1, 1024,
	    "Number of threads per worker for uploads." },
	{ "http", "body_threads", OPTION_NUMBER, AT(http_body_threads), "256", 1, 4096,
	    "Maximum of threads per worker that wait for uploads; a quarter as many more wait for other bodies." },
	{ "http", "blocking_threads", OPTION_NUMBER, AT(http_blocking_threads), "256", 1, 4096,
	    "Maximum of threads per worker that wait for upstreams or password hashes, or send a blob while it arrives." },
	{ "http", "blob_limit_bytes", OPTION_BYTES, AT(http_blob_limit_bytes), "0", 0, BYTES_MAX,
	    "Maximum size of a blob; 0: no limit." },
	{ "http", "upload_sessions", OPTION_NUMBER, AT(http_upload_sessions), "10000", 0, 10000000,
	    "Maximum of upload sessions that one account may have open at once; 0: no limit." },
	{ "http", "trusted_proxies", OPTION_NETWORKS, AT(http_trusted_proxies), "", 0, 0,
	    "Addresses and networks whose X-Forwarded-* headers are trusted, comma separated." },
	{ "upstream", "fetches", OPTION_NUMBER, AT(upstream_fetches), "16", 1, 1024,
	    "Maximum of blobs that a worker fetches from upstreams at once." },
	{ "proxy", "url", OPTION_PROXY, AT_PROXY(url), NULL, 0, 0,
	    "The HTTP proxy, as http://HOST:PORT; the method is CONNECT." },
	{ "proxy", "username", OPTION_TEXT, AT_PROXY(username), "", 0, 0,
	    "User name for the proxy; empty: none." },
	{ "proxy", "password", OPTION_TEXT, AT_PROXY(password), "", 0, 0,
	    "Password for the proxy." },
	{ "certificate", "certificate", OPTION_TEXT, AT_CERTIFICATE(certificate), NULL, 0, 0,
	    "PEM file with the certificate and the intermediate certificates." },
	{ "certificate", "key", OPTION_TEXT, AT_CERTIFICATE(key), NULL, 0, 0,
	    "PEM file with its private key." },
	{ "auth", "token_seconds", OPTION_NUMBER, AT(auth_token_seconds), "300", 60, 24 * 3600,
	    "Lifetime of a bearer token, in seconds." },
	{ "auth", "remember_seconds", OPTION_NUMBER, AT(auth_remember_seconds), "60", 0, 60,
	    "How long a verified password is remembered, in seconds, so that not every request computes a hash." },
	{ "auth", "lock_failures", OPTION_NUMBER, AT(auth_lock_failures), "10", 0, 1000000,
	    "Number of consecutive wrong passwords that lock an account for the address they come from; 0: never." },
	{ "auth", "lock_seconds", OPTION_NUMBER, AT(auth_lock_seconds), "300", 1, SECONDS_MAX,
	    "Duration of that lock, in seconds." },
	{ "auth", "hour_failures", OPTION_NUMBER, AT(auth_hour_failures), "100", 0, 1000000,
	    "Number of wrong passwords for an account in an hour after which only known addresses may try; 0: no limit." },
	{ "log", "level", OPTION_LEVEL, AT(log_level), "info", 0, 0,
	    "Log level: error, warning, info or debug." },
};

#define OPTIONS (sizeof(options) / sizeof(options[0]))

/* Sections that have a name and may occur any number of times. */
static const struct list {
	const char *section;
	size_t offset; /* of the list in struct config */
	size_t size;   /* of an element */
} lists[] = {
	{ "proxy", AT(proxies), sizeof(struct config_proxy) },
	{ "certificate", AT(certificates), sizeof(struct config_certificate) },
};

/* Settings of earlier releases; they are refused with their new name. */
static const struct renamed {
	const char *section, *key, *now;
} renamed[] = {
	{ "http", "waiter_threads", "blocking_threads" },
};

static struct arena *strings; /* values live until the process exits */

static const char *const type_names[] = {
	[OPTION_TEXT] = "text",
	[OPTION_NUMBER] = "number",
	[OPTION_BYTES] = "bytes",
	[OPTION_LEVEL] = "level",
	[OPTION_NETWORKS] = "networks",
	[OPTION_PROXY] = "proxy",
};

/* A whole number; K, M and G (powers of 1024) only for options that count bytes. */
static bool
parse_number(const struct option *option, const char *text, int64_t *out)
{
	static const char suffixes[] = "KMG";
	const char *suffix;
	long long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0)
		return false;
	if (option->type == OPTION_BYTES && *end != '\0' &&
	    (suffix = strchr(suffixes, *end)) != NULL) {
		for (int i = 0; i <= suffix - suffixes; i++)
			if (__builtin_mul_overflow(value, 1024LL, &value))
				return false;
		end++;
	}
	*out = value;
	return *end == '\0' && value >= option->least && value <= option->most;
}

/* "http://HOST:PORT" */
static bool
proxy_check(const char *text)
{
	static const char scheme[] = "http://";
	const char *colon = strrchr(text, ':');
	size_t host = strlen(scheme);

	return strncmp(text, scheme, host) == 0 && colon > text + host &&
	       strcspn(text + host, "/@?# \t") == strlen(text + host) && colon[1] != '\0' &&
	       strspn(colon + 1, "0123456789") == strlen(colon + 1);
}

static struct arena *
strings_arena(void)
{
	if (strings == NULL)
		strings = arena_new();
	return strings;
}

/* section: the struct that contains the option's field. */
static bool
option_set(void *section, const struct option *option, const char *text)
{
	char *place = (char *)section + option->offset;
	enum log_level level;
	char *copy;

	if (option->type == OPTION_NUMBER || option->type == OPTION_BYTES) {
		int64_t value;

		if (!parse_number(option, text, &value))
			return false;
		memcpy(place, &value, sizeof(value));
		return true;
	}
	if ((option->type == OPTION_LEVEL && !log_level_parse(text, &level)) ||
	    (option->type == OPTION_NETWORKS && !networks_check(text)) ||
	    (option->type == OPTION_PROXY && !proxy_check(text)))
		return false;
	copy = arena_strdup(strings_arena(), text);
	memcpy(place, &copy, sizeof(copy));
	return true;
}

/* The values that an option accepts, for a message. */
static void
describe_values(const struct option *option, char *out, size_t size)
{
	if (option->type == OPTION_LEVEL)
		snprintf(out, size, "error, warning, info or debug");
	else if (option->type == OPTION_NETWORKS)
		snprintf(out, size, "addresses and networks, such as 10.0.0.0/8, ::1");
	else if (option->type == OPTION_PROXY)
		snprintf(out, size, "http://HOST:PORT");
	else
		snprintf(out, size, "a whole number from %" PRId64 " to %" PRId64 "%s",
		    option->least, option->most,
		    option->type == OPTION_BYTES ? "; K, M or G may follow it" : "");
}

/* Fill *err with the values that this option accepts; returns false. The URL of a proxy is not
 * repeated: by mistake it may contain a password. */
static bool
refuse_value(const struct option *option, const char *text, const char *place, struct error *err)
{
	bool private = option->type == OPTION_PROXY;
	char values[128];

	describe_values(option, values, sizeof(values));
	return error_set(err, ERROR_INTERNAL, "%s: %s.%s: must be %s%s%.64s%s", place,
	    option->section, option->key, values, private ? "" : " (got ", private ? "" : text,
	    private ? "" : ")");
}

/* Cut blanks at both ends, in place. */
static char *
trim(char *text)
{
	char *end;

	text += strspn(text, " \t\r\n");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r\n", end[-1]) != NULL)
		*--end = '\0';
	return text;
}

static const struct option *
option_find(const char *section, const char *key)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (strcmp(options[i].section, section) == 0 &&
		    (key == NULL || strcmp(options[i].key, key) == 0))
			return &options[i];
	return NULL;
}

static bool
refuse_key(const char *section, const char *key, const char *place, struct error *err)
{
	for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
		if (strcmp(renamed[i].section, section) == 0 && strcmp(renamed[i].key, key) == 0)
			return error_set(err, ERROR_INTERNAL, "%s: %s.%s is now called %s", place,
			    section, key, renamed[i].now);
	return error_set(err, ERROR_INTERNAL, "%s: unknown key %.64s in [%s]", place, key, section);
}

static const struct list *
list_find(const char *section)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(lists[i].section, section) == 0)
			return &lists[i];
	return NULL;
}

const void *
config_find(const struct config_named *list, const char *name)
{
	while (list != NULL && strcmp(list->name, name) != 0)
		list = list->next;
	return list;
}

struct reader {
	struct config *config;
	const char *section;        /* of the table; NULL before the first */
	struct config_named *named; /* the section, if it is one with a name */
	bool seen[OPTIONS], named_seen[OPTIONS];
};

/* Set the defaults of options that are missing: in the current named section, or (section NULL) in
 * all others. */
static bool
set_defaults(struct reader *reader, const char *section, const char *place, struct error *err)
{
	const bool *seen = section == NULL ? reader->seen : reader->named_seen;
	void *target = section == NULL ? (void *)reader->config : (void *)reader->named;

	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option *option = &options[i];

		if (seen[i] || (section == NULL ? list_find(option->section) != NULL
						: strcmp(option->section, section) != 0))
			continue;
		if (option->standard == NULL)
			return error_set(err, ERROR_INTERNAL, "%s: [%s \"%s\"] has no %s", place,
			    section, reader->named->name, option->key);
		if (!option_set(target, option, option->standard))
			return refuse_value(option, option->standard, "default", err);
	}
	return true;
}

/* End a section: if it has a name, set its defaults. */
static bool
end_section(struct reader *reader, const char *place, struct error *err)
{
	return reader->named == NULL || set_defaults(reader, reader->section, place, err);
}

/* The name between the quotes: letters, digits and .-_; NULL if it is anything else. */
static const char *
section_name(char *quoted)
{
	size_t length = strspn(quoted, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				       "0123456789._-");

	if (length == 0 || length > NAME_LENGTH_MAX || strcmp(quoted + length, "\"") != 0)
		return NULL;
	return arena_strndup(strings_arena(), quoted, length);
}

/* Append a new element to its list. */
static bool
begin_named(struct reader *reader, const struct list *list, char *quoted, const char *place,
    struct error *err)
{
	struct config_named **end = (struct config_named **)(void *)((char *)reader->config +
								     list->offset);
	const char *name = section_name(quoted);

	if (name == NULL)
		return error_set(err, ERROR_INTERNAL,
		    "%s: name must be 1 to %d letters, digits, dots, hyphens and underscores",
		    place, NAME_LENGTH_MAX);
	if (config_find(*end, name) != NULL)
		return error_set(err, ERROR_INTERNAL, "%s: [%s \"%s\"] is defined twice", place,
		    list->section, name);
	while (*end != NULL)
		end = &(*end)->next;
	reader->named = *end = arena_alloc(strings_arena(), list->size);
	reader->named->name = arena_strdup(strings_arena(), name);
	memset(reader->named_seen, 0, sizeof(reader->named_seen));
	return true;
}

static bool
read_section(struct reader *reader, char *text, const char *place, struct error *err)
{
	size_t length = strlen(text);
	const struct option *option;
	const struct list *list;
	char *quoted;

	if (!end_section(reader, place, err))
		return false;
	if (text[length - 1] != ']')
		return error_set(
		    err, ERROR_INTERNAL, "%s: a section must be written [NAME]", place);
	text[length - 1] = '\0';
	text = trim(text + 1);
	if ((quoted = strchr(text, '"')) != NULL)
		*quoted++ = '\0';
	if ((option = option_find(trim(text), NULL)) == NULL)
		return error_set(err, ERROR_INTERNAL, "%s: unknown section [%.64s]", place, text);
	reader->section = option->section;
	reader->named = NULL;
	list = list_find(option->section);
	if ((list == NULL) != (quoted == NULL))
		return error_set(err, ERROR_INTERNAL, "%s: this section must be written [%s%s]",
		    place, option->section, list == NULL ? "" : " \"NAME\"");
	return list == NULL || begin_named(reader, list, quoted, place, err);
}

/* A comment after a value is refused, else it would silently become a part of the value, for
 * example of a path. A connection string may quote a password that looks like one. */
static bool
has_comment(const char *text)
{
	bool quoted = false;

	for (; *text != '\0'; text++) {
		quoted ^= *text == '\'';
		if (!quoted && (*text == ' ' || *text == '\t') &&
		    (text[1] == '#' || text[1] == ';'))
			return true;
	}
	return false;
}

static bool
set_value(struct reader *reader, const struct option *option, const char *text, const char *place,
    struct error *err)
{
	void *section = reader->named == NULL ? (void *)reader->config : (void *)reader->named;

	if (has_comment(text))
		return error_set(err, ERROR_INTERNAL,
		    "%s: %s.%s: a comment must be a line of its own", place, option->section,
		    option->key);
	return option_set(section, option, text) || refuse_value(option, text, place, err);
}

static bool
read_line(struct reader *reader, char *text, const char *place, struct error *err)
{
	bool *seen = reader->named == NULL ? reader->seen : reader->named_seen;
	const struct option *option;
	char *equals, *key;

	text = trim(text);
	if (*text == '\0' || *text == '#' || *text == ';')
		return true;
	if (*text == '[')
		return read_section(reader, text, place, err);
	if ((equals = strchr(text, '=')) == NULL)
		return error_set(
		    err, ERROR_INTERNAL, "%s: must be [SECTION] or KEY = VALUE", place);
	*equals = '\0';
	key = trim(text);
	if (reader->section == NULL)
		return error_set(err, ERROR_INTERNAL, "%s: key before the first [SECTION]", place);
	if ((option = option_find(reader->section, key)) == NULL)
		return refuse_key(reader->section, key, place, err);
	if (seen[option - options])
		return error_set(err, ERROR_INTERNAL, "%s: %s.%s is set twice", place,
		    option->section, option->key);
	seen[option - options] = true;
	return set_value(reader, option, trim(equals + 1), place, err);
}

static bool
read_file(struct reader *reader, const char *path, struct error *err)
{
	FILE *file = fopen(path, "re");
	size_t size = 0;
	ssize_t length;
	char *line = NULL;
	bool ok = true;

	if (file == NULL)
		return error_errno(err, "cannot read the settings file %s", path);
	for (int number = 1; ok && (length = getline(&line, &size, file)) != -1; number++) {
		char place[160];

		snprintf(place, sizeof(place), "%s:%d", path, number);
		if (strlen(line) != (size_t)length)
			ok = error_set(
			    err, ERROR_INTERNAL, "%s: must not contain a NUL byte", place);
		else
			ok = read_line(reader, line, place, err);
	}
	if (ok && ferror(file))
		ok = error_errno(err, "cannot read the settings file %s", path);
	free(line);
	fclose(file);
	return ok;
}

bool
config_read(struct config *config, const char *path, struct error *err)
{
	struct reader reader = { .config = config };

	*config = (struct config){ 0 };
	if (path == NULL)
		path = getenv("STOWAGE_CONFIG");
	if (path == NULL)
		path = DEFAULT_CONFIG;
	return read_file(&reader, path, err) && end_section(&reader, path, err) &&
	       set_defaults(&reader, NULL, path, err);
}

void
config_start(struct config *config, const char *program, const char *path)
{
	struct error err = { 0 };
	enum log_level level = LOG_LEVEL_INFO;

	log_open(program, LOG_LEVEL_INFO);
	if (!config_read(config, path, &err))
		log_fatal("%s%s%s", err.message, err.cause[0] != '\0' ? ": " : "", err.cause);
	if (!log_level_parse(config->log_level, &level))
		log_fatal(
		    "log.level: must be error, warning, info or debug (got %s)", config->log_level);
	log_open(program, level);
}

void
config_print(FILE *out)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		char name[64], standard[64];

		snprintf(name, sizeof(name), "%s.%s", options[i].section, options[i].key);
		snprintf(standard, sizeof(standard), "\"%s\"",
		    options[i].standard == NULL ? "" : options[i].standard);
		fprintf(out, "%-24s %-7s %-19s %s\n", name, type_names[options[i].type], standard,
		    options[i].message);
	}
}
