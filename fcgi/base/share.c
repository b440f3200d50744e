#include "base/share.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct share_place {
	struct share *share;
	struct share_place *next;
	char holder[];
};

struct share {
	pthread_mutex_t lock; /* protects the members below */
	size_t free;
	struct share_place *held;
};

struct share *
share_open(size_t places)
{
	struct share *share = calloc(1, sizeof(*share));

	if (share == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&share->lock, NULL);
	share->free = places;
	return share;
}

void
share_close(struct share *share)
{
	pthread_mutex_destroy(&share->lock);
	free(share);
}

static struct share_place *
place_new(struct share *share, const char *holder)
{
	size_t size = strlen(holder) + 1;
	struct share_place *place = malloc(sizeof(*place) + size);

	if (place == NULL)
		return NULL;
	*place = (struct share_place){ .share = share, .next = share->held };
	memcpy(place->holder, holder, size);
	return place;
}

/* The caller holds the lock. */
static size_t
count_held(const struct share *share, const char *holder)
{
	size_t count = 0;

	for (const struct share_place *place = share->held; place != NULL; place = place->next)
		count += strcmp(place->holder, holder) == 0;
	return count;
}

struct share_place *
share_acquire(struct share *share, const char *holder)
{
	struct share_place *place = NULL;

	pthread_mutex_lock(&share->lock);
	if (count_held(share, holder) < share->free) {
		place = place_new(share, holder);
		if (place != NULL) {
			share->held = place;
			share->free--;
		}
	}
	pthread_mutex_unlock(&share->lock);
	return place;
}

void
share_release(struct share_place *place)
{
	struct share *share;
	struct share_place **p;

	if (place == NULL)
		return;
	share = place->share;
	pthread_mutex_lock(&share->lock);
	for (p = &share->held; *p != place;)
		p = &(*p)->next;
	*p = place->next;
	share->free++;
	pthread_mutex_unlock(&share->lock);
	free(place);
}
