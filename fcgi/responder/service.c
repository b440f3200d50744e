#include "responder/service.h"

#include <unistd.h>

#include "auth/password.h"
#include "registry/upstream_context.h"
#include "registry/store_bind.h"
#include "responder/responder.h"

#define CONNECTIONS_PER_CORE 2
#define CONNECTIONS_MIN 2

static int
connections(const struct config *config, int workers)
{
	long all = config->database_connections > 0
		       ? (long)config->database_connections
		       : CONNECTIONS_PER_CORE * sysconf(_SC_NPROCESSORS_ONLN);

	return all / workers < CONNECTIONS_MIN ? CONNECTIONS_MIN : (int)(all / workers);
}

/* All workers together hash as many passwords at once as there are cores. */
static unsigned
hashes(int workers)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores > workers ? (unsigned)(cores / workers) : 1;
}

static bool
open_authenticator(struct service *service, bool takes_tokens, struct error *err)
{
	struct db db = { .pool = service->pool, .arena = arena_new() };

	service->authenticator = authenticator_open(&db, service->config, takes_tokens, err);
	arena_free(db.arena);
	return service->authenticator != NULL;
}

static bool
open_store(struct service *service, struct error *err)
{
	const struct config *config = service->config;

	/* If the store is missing it may be mounted later; requests that need it are refused until
	 * then. */
	service->store = registry_store_open(service->pool, config->store_path, err);
	if (service->store == NULL)
		return false;
	service->upstream = upstream_context_open(
	    service->pool, service->store, config, (size_t)config->upstream_fetches);
	return true;
}

bool
service_open(struct service *service, const struct responder *responder,
    const struct config *config, int workers, struct error *err)
{
	*service = (struct service){ .config = config };
	password_setup(hashes(workers));
	service->pool = db_pool_open(
	    config->database_url, connections(config, workers), config->database_timeout_ms, err);
	if (service->pool != NULL && open_authenticator(service, responder->takes_tokens, err) &&
	    (!responder->has_store || open_store(service, err)))
		return true;
	service_close(service);
	return false;
}

void
service_close(struct service *service)
{
	upstream_context_close(service->upstream);
	if (service->authenticator != NULL)
		authenticator_close(service->authenticator);
	store_close(service->store);
	db_pool_close(service->pool);
}
