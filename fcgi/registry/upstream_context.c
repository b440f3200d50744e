#include "registry/upstream_context.h"

#include <stdlib.h>

#include "base/log.h"
#include "registry/fetch.h"
#include "registry/single_flight.h"
#include "registry/upstreams.h"

struct upstream_context *
upstream_context_open(
    struct db_pool *pool, struct store *store, const struct config *config, size_t fetches)
{
	struct upstream_context *context = malloc(sizeof(*context));

	if (context == NULL)
		log_fatal("out of memory");
	*context = (struct upstream_context){
		.upstreams = upstreams_open(pool, config),
		.flights = single_flights_open(),
	};
	context->fetches = fetches_open(pool, store, context->upstreams, fetches);
	return context;
}

void
upstream_context_close(struct upstream_context *context)
{
	if (context == NULL)
		return;
	fetches_close(context->fetches);
	single_flights_close(context->flights);
	upstreams_close(context->upstreams);
	free(context);
}
