/*
 * What the responders share: start, sockets, workers, threads, a request's life, log line, stop.
 */
#ifndef RESPONDER_RESPONDER_H
#define RESPONDER_RESPONDER_H

#include <stdbool.h>

#include "auth/identity.h"
#include "base/config.h"
#include "db/pool.h"
#include "http/reply.h"
#include "http/request.h"
#include "http/router.h"
#include "store/store.h"

/* One per process, shared by its threads; request.context points at it. */
struct service {
	const struct config *config;
	struct db_pool *pool;
	struct store *store; /* NULL unless responder.has_store; so is relay */
	struct relay *relay;
	struct authenticator *authenticator;
};

struct responder {
	const char *name; /* "stowage-v2" */
	/* Everything between an opened request and its sent reply, errors included: route,
	 * authenticate, handle, render. The error is set already if the request could not be read,
	 * or is a cross-site one: it is to be rendered then, nothing else. */
	void (*serve)(struct request *, struct db *, struct error *);
	const struct route *routes; /* for --routes */
	bool takes_tokens;          /* bearer tokens of docker clients */
	bool has_store;             /* reads and writes blobs, and asks upstreams for them */
};

/*
 * main() of a responder. Options: --config FILE, --socket general=PATH (0660), --socket
 * upload=PATH, --socket-group GROUP,
 * --workers N, --check (start, then stop), --routes, --version, --help. Serves if --socket or
 * LISTEN_FDS is given or fd 0 listens; one plain CGI request if GATEWAY_INTERFACE is set; else
 * usage.
 */
int responder_main(const struct responder *, int argc, char **argv);

/* Is the error no answer, but the need of another thread, which begins the request anew? */
static inline bool
responder_hands_over(const struct request *req, const struct error *err)
{
	return err->code == ERROR_WOULD_BLOCK && (!req->may_block || req->awaits_body);
}

/* Answer /livez (touches nothing) and /readyz (database, schema, the store if it has one; cached 5
 * s). */
bool responder_livez(struct request *, struct error *);
bool responder_readyz(struct request *, struct error *);

static inline struct service *
request_service(const struct request *req)
{
	return req->context;
}

#endif
