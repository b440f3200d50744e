#include "request.h"

#include <ctype.h>
#include <endian.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include "auth/password.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "db/connection.h"
#include "fuzz.h"
#include "http/reply.h"
#include "http/reply_send.h"
#include "http/transport.h"
#include "oci/document.h"
#include "oci/signature.h"
#include "responder/api.h"
#include "responder/responder.h"
#include "responder/service.h"

#define COLUMNS 48
#define HEADERS_MAX 64
#define FAILURES_MAX 2000 /* allocations that fail per input, one at a time */
#define ADMIN "HTTP_AUTHORIZATION=Basic YWRtaW46cGFzc3dvcmQ="

/* --- The database: replaces db/connection.c, so that its object is not linked --- */

static const char *password; /* hash of the administrator's password */
static unsigned dice;        /* selects the kind of the next rows; the input decides */

static void
cell(PGresult *res, int column, const void *value, size_t length)
{
	MUST(PQsetvalue(res, 0, column, (char *)(uintptr_t)value, (int)length) == 1);
}

/* Cells of every type, never NULL: the code relies on columns that cannot be NULL. */
static void
odd_cell(PGresult *res, int column)
{
	static const unsigned char digest[32] = { 7 };
	const uint64_t number = htobe64(column % 3 + 1);

	switch ((dice + (unsigned)column) % 4) {
	case 0:
		cell(res, column, &number, sizeof(number));
		break;
	case 1:
		cell(res, column, digest, sizeof(digest));
		break;
	case 2:
		cell(res, column, "\1", 1);
		break;
	default:
		cell(res, column, "{\"x\":\"\xc3\xa9\"}", 10);
	}
}

static PGresult *
row_new(void)
{
	static char unnamed[] = "";
	PGresAttDesc columns[COLUMNS] = { 0 };
	PGresult *res = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);

	for (int i = 0; i < COLUMNS; i++)
		columns[i] = (PGresAttDesc){ .name = unnamed, .format = 1 };
	MUST(res != NULL && PQsetResultAttrs(res, COLUMNS, columns) == 1);
	for (int i = 0; i < COLUMNS; i++)
		MUST(PQsetvalue(res, 0, i, NULL, -1) == 1);
	return res;
}

static PGresult *
account_row(void)
{
	PGresult *res = row_new();
	const uint32_t id = htobe32(2), epoch = 0;

	cell(res, 0, &id, sizeof(id));
	cell(res, 1, &epoch, sizeof(epoch));
	cell(res, 2, "admin", 5);
	cell(res, 3, password, strlen(password));
	cell(res, 4, "\1", 1);
	for (int i = 5; i < 7; i++)
		cell(res, i, "\0", 1);
	return res;
}

static PGresult *
principal_row(void)
{
	PGresult *res = row_new();

	for (int i = 0; i < 2; i++)
		cell(res, i, "\1", 1);
	return res;
}

/* A repository's document as the database makes it. */
static PGresult *
document_row(void)
{
	static const char text[] = "{\"key\":\"x\",\"rclass\":\"local\",\"projectKey\":\"\","
				   "\"description\":\"\xc3\xa9\"}";
	PGresult *res = row_new();

	for (int i = 0; i < COLUMNS; i++)
		cell(res, i, text, sizeof(text) - 1);
	return res;
}

/* An access decision is always positive: known, not blacked out, valid, allowed. */
static PGresult *
made_up_row(bool filled)
{
	PGresult *res = row_new();

	for (int i = 0; i < 4; i++)
		cell(res, i, i == 1 ? "\0" : "\1", 1);
	for (int i = 4; i < COLUMNS && filled; i++)
		odd_cell(res, i);
	return res;
}

static PGresult *
secret_row(int column, size_t length)
{
	static const unsigned char secret[SIGNER_SECRET_BYTES] = { 1 };
	PGresult *res = row_new();

	cell(res, 0, "key", 3);
	cell(res, column, secret, length);
	return res;
}

PGresult *
connection_ask(struct db_connection *connection, const struct statement *statement,
    const struct param *params, int64_t deadline_ms, enum connection_failure *failure)
{
	(void)connection;
	(void)params;
	(void)deadline_ms;
	(void)failure;
	if (strcmp(statement->name, "account_find") == 0 ||
	    strcmp(statement->name, "account_sign_in") == 0)
		return account_row();
	if (strcmp(statement->name, "token_keys") == 0)
		return secret_row(1, 32);
	if (strcmp(statement->name, "signing_key") == 0)
		return secret_row(0, SIGNER_SECRET_BYTES);
	if (strcmp(statement->name, "principal_find") == 0)
		return principal_row();
	if (strncmp(statement->name, "document_", 9) == 0)
		return document_row();
	dice = dice * 1103515245 + 12345;
	/* Without upstreams, and without an identity of the store. */
	return made_up_row(dice % 3 != 0 && strcmp(statement->name, "remotes_find") != 0 &&
			   strcmp(statement->name, "installation_find") != 0);
}

bool
connection_open(struct db_connection *connection, const char *url, int64_t timeout_ms,
    int64_t deadline_ms, struct error *err)
{
	(void)connection;
	(void)url;
	(void)timeout_ms;
	(void)deadline_ms;
	(void)err;
	return true;
}

void
connection_close(struct db_connection *connection)
{
	(void)connection;
}

bool
connection_usable(struct db_connection *connection)
{
	(void)connection;
	return true;
}

bool
db_schema_check(int64_t schema, int64_t oldest, struct error *err)
{
	(void)schema;
	(void)oldest;
	(void)err;
	return true;
}

bool
db_state_is_unavailable(const char *state)
{
	(void)state;
	return false;
}

/* --- The responder --- */

static struct service *
service_find(void)
{
	static const struct responder responder = { .name = "fuzz", .has_store = true };
	static struct config config;
	static struct service service;
	struct arena *arena;
	char path[] = "/tmp/stowage-fuzz.XXXXXX";
	struct error err = { 0 };
	int fd;

	if (service.config != NULL)
		return &service;
	log_open("fuzz", LOG_LEVEL_ERROR);
	transport_setup();
	document_setup();
	fd = mkstemp(path);
	MUST(fd != -1 && write(fd, "[store]\npath = /nonexistent\n", 28) == 28);
	MUST(config_read(&config, path, &err));
	close(fd);
	unlink(path);
	arena = arena_new();
	password = password_hash(arena, "password", &err);
	MUST(password != NULL && (password = strdup(password)) != NULL);
	arena_free(arena);
	MUST(service_open(&service, &responder, &config, 1, &err));
	return &service;
}

/* --- Memory: every allocation by the program's own code may fail (-Wl,--wrap) --- */

static unsigned pieces_left; /* allocations until one fails; 0: none fails */

static bool
is_refused(void)
{
	return pieces_left > 0 && --pieces_left == 0;
}

#define WRAP(type, name, parameters, arguments, otherwise) \
	type __real_##name parameters;                     \
	type __wrap_##name parameters;                     \
	type __wrap_##name parameters                      \
	{                                                  \
		if (is_refused())                          \
			otherwise;                         \
		return __real_##name arguments;            \
	}

WRAP(void *, malloc, (size_t size), (size), return NULL)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), return NULL)
WRAP(void *, realloc, (void *old, size_t size), (old, size), return NULL)
WRAP(char *, strdup, (const char *text), (text), return NULL)
WRAP(void *, arena_alloc, (struct arena * arena, size_t size), (arena, size), memory_give_up(size))
WRAP(void *, arena_array, (struct arena * arena, size_t count, size_t size), (arena, count, size),
    memory_give_up(size))
WRAP(char *, arena_strdup, (struct arena * arena, const char *text), (arena, text),
    memory_give_up(1))
WRAP(char *, arena_strndup, (struct arena * arena, const char *text, size_t length),
    (arena, text, length), memory_give_up(length))
WRAP(char *, arena_vprintf, (struct arena * arena, const char *format, va_list args),
    (arena, format, args), memory_give_up(1))

char *__wrap_arena_printf(struct arena *, const char *, ...);
char *
__wrap_arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = __wrap_arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

void __real_arena_defer(struct arena *, void (*)(void *), void *);
void __wrap_arena_defer(struct arena *, void (*)(void *), void *);
void
__wrap_arena_defer(struct arena *arena, void (*function)(void *), void *object)
{
	if (is_refused())
		memory_give_up(1);
	__real_arena_defer(arena, function, object);
}

/* --- One request --- */

/* "Name: value" as a variable of the web server. */
static const char *
header_variable(struct arena *arena, const char *line, size_t length)
{
	char *text = arena_printf(arena, "HTTP_%.*s", (int)length, line),
	     *colon = strchr(text, ':');
	const char *value;

	if (colon == NULL)
		return NULL;
	for (char *c = text; c < colon; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
	value = colon + 1 + strspn(colon + 1, " ");
	*colon = '\0';
	if (strcmp(text, "HTTP_CONTENT_TYPE") == 0)
		return arena_printf(arena, "CONTENT_TYPE=%s", value);
	return arena_printf(arena, "%s=%s", text, value);
}

/* The head of the input as an environment; the rest is the body. */
static const char *const *
environment(struct arena *arena, const char *text, size_t size, struct bytes *body)
{
	const char **all = arena_array(arena, HEADERS_MAX + 16, sizeof(*all));
	const char *end = memchr(text, '\n', size), *blank = memchr(text, ' ', size);
	size_t count = 0;
	bool authorized = false;

	if (end == NULL)
		end = text + size;
	if (blank == NULL || blank > end)
		blank = end;
	all[count++] = arena_printf(arena, "REQUEST_METHOD=%.*s", (int)(blank - text), text);
	all[count++] = arena_printf(
	    arena, "REQUEST_URI=%.*s", (int)(end - blank - (blank < end)), blank + (blank < end));
	while (end < text + size && count < HEADERS_MAX) {
		const char *line = end + 1,
			   *next = memchr(line, '\n', (size_t)(text + size - line));
		const char *variable;

		end = next == NULL ? text + size : next;
		if (end == line)
			break;
		if ((variable = header_variable(arena, line, (size_t)(end - line))) == NULL)
			continue;
		authorized = authorized || strncmp(variable, ADMIN, 19) == 0;
		all[count++] = variable;
	}
	body->data = end < text + size ? end + 1 : end;
	body->length = (size_t)(text + size - (const char *)body->data);
	if (!authorized)
		all[count++] = ADMIN;
	all[count++] = arena_printf(arena, "CONTENT_LENGTH=%zu", body->length);
	all[count++] = "REMOTE_ADDR=192.0.2.1";
	all[count++] = "SERVER_NAME=registry.test";
	all[count++] = "SERVER_PORT=443";
	all[count++] = "HTTPS=on";
	all[count++] = "STOWAGE_V1_REPOSITORY=local";
	all[count++] = "STOWAGE_V2_REPOSITORY=virtual";
	return all;
}

/* Check the status, that headers are printable, and that a JSON body is valid. */
static void
check_answer(const char *output, size_t length)
{
	const char *body = strstr(output, "\r\n\r\n");
	int status;

	MUST(sscanf(output, "Status: %3d\r\n", &status) == 1 && status >= 200 && status < 600);
	MUST(body != NULL);
	MUST(strcmp(body + 4, "{}") != 0 || status < 500); /* reply_json() of an invalid document */
	for (const char *c = output; c < body; c++)
		MUST(((unsigned char)*c >= 0x20 && *c != 0x7f) || *c == '\r' || *c == '\n');
	if (status >= 400 && strstr(output, "\r\nContent-Type: application/json\r\n") != NULL &&
	    body + 4 < output + length) {
		json_t *json = json_loadb(body + 4, length - (size_t)(body + 4 - output), 0, NULL);

		MUST(json != NULL && utf8_check(body));
		json_decref(json);
	}
}

struct attempt {
	const struct api *api;
	struct request *req;
	struct transport *transport;
	struct db *db;
	bool starved;
};

/* Serve the request as a worker does. */
static void
run_attempt(void *argument)
{
	struct attempt *attempt = argument;
	struct request *req = attempt->req;
	struct error err = { 0 };

	(void)!request_open(req, attempt->transport, attempt->db->arena, NULL, &err);
	req->service = service_find();
	req->may_block = true;
	reply_open(req);
	if (attempt->starved)
		error_set(&err, ERROR_UNAVAILABLE, NULL);
	(void)!api_serve(attempt->api, req, attempt->db, &err);
	(void)reply_send(req);
}

static int answered; /* status of the last response */

static bool
answer(const struct api *api, struct transport *transport, unsigned failing)
{
	struct db db = { .pool = service_find()->pool, .arena = arena_new() };
	struct request req;
	struct attempt attempt = { api, &req, transport, &db, false };

	MUST(transport_accept(transport));
	pieces_left = failing;
	if (!memory_try(run_attempt, &attempt)) {
		arena_reset(db.arena);
		attempt.starved = true;
		MUST(memory_try(run_attempt, &attempt));
		MUST(req.reply->status >= 400);
	}
	transport_finish(transport);
	answered = req.reply->status;
	arena_free(db.arena);
	return req.method != HTTP_HEAD;
}

/* Serve one request in which the given allocation fails (0: none). False if the request makes fewer
 * allocations. */
static bool
run(const struct api *api, const uint8_t *data, size_t size, unsigned failing)
{
	struct arena *arena = arena_new();
	char *output = NULL, *text = arena_strndup(arena, (const char *)data, size);
	size_t length = 0;
	struct bytes body;
	const char *const *variables = environment(arena, text, size, &body);
	struct transport *transport = transport_open_memory(
	    variables, body.data, body.length, &output, &length);
	bool failed, has_body;

	dice = (unsigned)size;
	for (size_t i = 0; i < size && i < 64; i++)
		dice = dice * 31 + data[i];
	has_body = answer(api, transport, failing);
	failed = failing > 0 && pieces_left == 0;
	pieces_left = 0;
	if (has_body)
		check_answer(output, length);
	transport_close(transport);
	free(output);
	arena_free(arena);
	return failed;
}

/* A request that is given up for want of memory leaves small objects of libraries behind (JSON that
 * it was making): their memory is lost, and only theirs. */
static void
leaks_ignore(bool ignore)
{
#ifdef __SANITIZE_ADDRESS__
	(ignore ? __lsan_disable : __lsan_enable)();
#else
	(void)ignore;
#endif
}

void
request_fuzz(const struct api *api, const uint8_t *data, size_t size)
{
	int status;

	run(api, data, size, 0);
	status = answered;
	leaks_ignore(true);
	for (unsigned n = 1; n <= FAILURES_MAX && run(api, data, size, n); n++)
		;
	leaks_ignore(false);
	run(api, data, size, 0);
	MUST(answered == status); /* no connection or lock was leaked */
}
