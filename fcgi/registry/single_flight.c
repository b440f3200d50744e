#include "registry/single_flight.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"

struct single_flight {
	const char *key; /* the leader's; NULL once it has ended */
	size_t waiting;
	struct error outcome;
	struct single_flight *next;
};

struct single_flights {
	pthread_mutex_t lock;
	pthread_cond_t ended;
	struct single_flight *first;
};

struct single_flights *
single_flights_open(void)
{
	struct single_flights *flights = calloc(1, sizeof(*flights));

	if (flights == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&flights->lock, NULL);
	pthread_cond_init(&flights->ended, NULL);
	return flights;
}

void
single_flights_close(struct single_flights *flights)
{
	pthread_cond_destroy(&flights->ended);
	pthread_mutex_destroy(&flights->lock);
	free(flights);
}

static struct single_flight **
find(struct single_flights *flights, const char *key)
{
	struct single_flight **p = &flights->first;

	while (*p != NULL && strcmp((*p)->key, key) != 0)
		p = &(*p)->next;
	return p;
}

/* NULL if memory is exhausted. */
static struct single_flight *
flight_new(const char *key)
{
	struct single_flight *flight = malloc(sizeof(*flight));

	if (flight != NULL)
		*flight = (struct single_flight){ .key = key };
	return flight;
}

bool
single_flight_begin(struct single_flights *flights, const char *key, struct error *outcome)
{
	struct single_flight **p, *flight;
	bool leads;

	pthread_mutex_lock(&flights->lock);
	p = find(flights, key);
	leads = *p == NULL;
	if (leads) {
		flight = *p = flight_new(key);
	} else {
		flight = *p;
		flight->waiting++;
		while (flight->key != NULL)
			pthread_cond_wait(&flights->ended, &flights->lock);
		*outcome = flight->outcome;
		if (--flight->waiting == 0)
			free(flight);
	}
	pthread_mutex_unlock(&flights->lock);
	if (leads && flight == NULL)
		memory_give_up(sizeof(*flight));
	return leads;
}

void
single_flight_end(struct single_flights *flights, const char *key, const struct error *outcome)
{
	struct single_flight **p, *flight;

	pthread_mutex_lock(&flights->lock);
	p = find(flights, key);
	flight = *p;
	*p = flight->next;
	flight->key = NULL;
	flight->outcome = *outcome;
	if (flight->waiting == 0)
		free(flight);
	else
		pthread_cond_broadcast(&flights->ended);
	pthread_mutex_unlock(&flights->lock);
}
