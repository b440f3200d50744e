/* State that all requests of a process share. */
#ifndef RESPONDER_SERVICE_H
#define RESPONDER_SERVICE_H

#include "auth/identity.h"
#include "base/config.h"
#include "db/pool.h"
#include "http/request.h"
#include "store/store.h"

struct responder;

/* One per process; request.service points at it. */
struct service {
	const struct config *config;
	struct db_pool *pool;
	struct store *store; /* NULL unless responder.has_store; so is upstream */
	struct upstream_context *upstream;
	struct authenticator *authenticator;
};

/* Open what the responder needs: database, store and authenticator; false with the reason. workers:
 * number of processes that share the database connections. */
bool service_open(struct service *, const struct responder *, const struct config *, int workers,
    struct error *) MUST_CHECK;
void service_close(struct service *);

static inline struct service *
request_service(const struct request *req)
{
	return req->service;
}

#endif
