#include "registry/flight.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct flight {
	const char *key; /* the leader's; NULL once it has ended */
	size_t waiting;
	struct error outcome;
	struct flight *next;
};

struct flights {
	pthread_mutex_t lock;
	pthread_cond_t ended;
	struct flight *first;
};

struct flights *
flights_open(void)
{
	struct flights *flights = calloc(1, sizeof(*flights));

	if (flights == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&flights->lock, NULL);
	pthread_cond_init(&flights->ended, NULL);
	return flights;
}

void
flights_close(struct flights *flights)
{
	pthread_cond_destroy(&flights->ended);
	pthread_mutex_destroy(&flights->lock);
	free(flights);
}

static struct flight **
find(struct flights *flights, const char *key)
{
	struct flight **p = &flights->first;

	while (*p != NULL && strcmp((*p)->key, key) != 0)
		p = &(*p)->next;
	return p;
}

static struct flight *
flight_new(const char *key)
{
	struct flight *flight = malloc(sizeof(*flight));

	if (flight == NULL)
		log_fatal("out of memory");
	*flight = (struct flight){ .key = key };
	return flight;
}

bool
flight_begin(struct flights *flights, const char *key, struct error *outcome)
{
	struct flight **p, *flight;
	bool leads;

	pthread_mutex_lock(&flights->lock);
	p = find(flights, key);
	leads = *p == NULL;
	if (leads) {
		*p = flight_new(key);
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
	return leads;
}

void
flight_end(struct flights *flights, const char *key, const struct error *outcome)
{
	struct flight **p, *flight;

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
