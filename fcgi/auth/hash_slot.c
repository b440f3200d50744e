#include "auth/hash_slot.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/network.h"

#define WAITING_MAX 192        /* less than the default number of threads that may wait */
#define NETWORK_WAITING_MAX 64 /* from one network */

struct waiter {
	struct waiter *next; /* in order of arrival */
	char network[IP_TEXT_SIZE];
	uint64_t round; /* the lowest is granted first */
	bool granted;
	pthread_cond_t changed;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned free_slots = 1; /* 0 while a thread waits */
static uint64_t current_round;
static struct waiter *waiters;

void
hash_slots_setup(unsigned slots)
{
	free_slots = slots;
}

static void
read_network(const char *address, char network[IP_TEXT_SIZE])
{
	struct ip ip;

	snprintf(network, IP_TEXT_SIZE, "%s", address);
	if (!ip_parse(address, &ip) || ip.bits != 128)
		return;
	memset(ip.bytes + 8, 0, 8);
	ip_text(&ip, network);
}

/* Count the waiting threads; *of_network counts only those of that network. */
static size_t
count_waiting(const char *network, size_t *of_network)
{
	size_t count = 0;

	*of_network = 0;
	for (const struct waiter *w = waiters; w != NULL; w = w->next, count++)
		*of_network += strcmp(w->network, network) == 0;
	return count;
}

static void
wait_for_slot(struct waiter *waiter)
{
	struct waiter **end = &waiters;

	while (*end != NULL)
		end = &(*end)->next;
	*end = waiter;
	pthread_cond_init(&waiter->changed, NULL);
	while (!waiter->granted)
		pthread_cond_wait(&waiter->changed, &mutex);
	pthread_cond_destroy(&waiter->changed);
}

enum hash_slot
hash_slot_acquire(const char *address, bool wait)
{
	struct waiter waiter = { 0 };
	enum hash_slot result = HASH_SLOT_ACQUIRED;
	size_t of_network, all;

	read_network(address, waiter.network);
	pthread_mutex_lock(&mutex);
	all = count_waiting(waiter.network, &of_network);
	/* Each further request of a network gets a slot one round later. */
	waiter.round = current_round + 1 + of_network;
	if (free_slots > 0)
		free_slots--;
	else if (all >= WAITING_MAX || of_network >= NETWORK_WAITING_MAX)
		result = HASH_SLOT_BUSY;
	else if (wait)
		wait_for_slot(&waiter);
	else
		result = HASH_SLOT_WOULD_BLOCK;
	pthread_mutex_unlock(&mutex);
	return result;
}

void
hash_slot_release(void)
{
	struct waiter **next = &waiters, *waiter;

	pthread_mutex_lock(&mutex);
	for (struct waiter **p = &waiters; *p != NULL; p = &(*p)->next)
		if ((*p)->round < (*next)->round)
			next = p;
	if ((waiter = *next) == NULL) {
		free_slots++;
	} else {
		*next = waiter->next;
		current_round = waiter->round;
		waiter->granted = true;
		pthread_cond_signal(&waiter->changed);
	}
	pthread_mutex_unlock(&mutex);
}
