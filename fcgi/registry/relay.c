#include "registry/relay.h"

#include <stdlib.h>

#include "base/log.h"
#include "registry/fetch.h"
#include "registry/single_flight.h"
#include "registry/upstreams.h"

struct relay *
relay_open(struct db_pool *pool, struct store *store, const struct config *config, size_t fetches)
{
	struct relay *relay = malloc(sizeof(*relay));

	if (relay == NULL)
		log_fatal("out of memory");
	*relay = (struct relay){
		.upstreams = upstreams_open(pool, config),
		.flights = single_flights_open(),
	};
	relay->fetches = fetches_open(pool, store, relay->upstreams, fetches);
	return relay;
}

void
relay_close(struct relay *relay)
{
	if (relay == NULL)
		return;
	fetches_close(relay->fetches);
	single_flights_close(relay->flights);
	upstreams_close(relay->upstreams);
	free(relay);
}
