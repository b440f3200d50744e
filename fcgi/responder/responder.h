/* Common code of the responders: start, sockets, workers, threads, requests, log lines, stop. */
#ifndef RESPONDER_RESPONDER_H
#define RESPONDER_RESPONDER_H

#include <stdbool.h>

#include "auth/identity.h"
#include "base/config.h"
#include "db/pool.h"
#include "http/reply.h"
#include "http/request.h"
#include "store/store.h"

/* One per process, shared by its threads; request.service points at it. */
struct service {
	const struct config *config;
	struct db_pool *pool;
	struct store *store; /* NULL unless responder.has_store; so is relay */
	struct relay *relay;
	struct authenticator *authenticator;
};

struct api;

struct responder {
	const char *name; /* "stowage-v2" */
	const struct api *api;
	bool takes_tokens; /* accepts bearer tokens of docker clients */
	bool has_store;    /* reads and writes blobs, and asks upstreams for them */
};

/*
 * main() of a responder. Options: --config FILE, --socket general=PATH (0660), --socket
 * upload=PATH, --socket-group GROUP, --workers N, --check (start, then stop), --routes, --version,
 * --help. It serves if --socket or LISTEN_FDS is given or fd 0 is a listening socket, handles one
 * plain CGI request if GATEWAY_INTERFACE is set, and otherwise prints the usage.
 */
int responder_main(const struct responder *, int argc, char **argv);

/* Answer /livez (no access to anything) and /readyz (database, schema, and the store if the
 * responder has one; cached for 5 s). */
bool responder_livez(struct request *, struct error *);
bool responder_readyz(struct request *, struct error *);

static inline struct service *
request_service(const struct request *req)
{
	return req->service;
}

#endif
