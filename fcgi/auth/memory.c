#include "auth/memory.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

#define SLOTS 4096
#define SLOTS_PER_SET 4

struct slot {
	struct memory_key key;
	int64_t expires_ms; /* 0: empty */
	int64_t due_ms;     /* see memory_is_due() */
	struct memory_entry entry;
};

struct memory {
	unsigned char process_key[sizeof(struct memory_key)];
	pthread_mutex_t mutex;
	struct slot slots[SLOTS];
};

struct memory *
memory_open(void)
{
	struct memory *memory = calloc(1, sizeof(*memory));

	if (memory == NULL)
		log_fatal("out of memory");
	if (gnutls_rnd(GNUTLS_RND_KEY, memory->process_key, sizeof(memory->process_key)) !=
	    GNUTLS_E_SUCCESS)
		log_fatal("no random numbers");
	pthread_mutex_init(&memory->mutex, NULL);
	return memory;
}

void
memory_close(struct memory *memory)
{
	if (memory == NULL)
		return;
	pthread_mutex_destroy(&memory->mutex);
	explicit_bzero(memory, sizeof(*memory));
	free(memory);
}

/* Add the length, too, so that ("ab", "c") and ("a", "bc") differ. */
static bool
add_text(gnutls_hmac_hd_t hmac, const char *text)
{
	uint64_t length = strlen(text);

	return gnutls_hmac(hmac, &length, sizeof(length)) == GNUTLS_E_SUCCESS &&
	       gnutls_hmac(hmac, text, length) == GNUTLS_E_SUCCESS;
}

void
memory_key(const struct memory *memory, const char *name, const char *password, const char *address,
    struct memory_key *key)
{
	gnutls_hmac_hd_t hmac;

	if (gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, memory->process_key,
		sizeof(memory->process_key)) != GNUTLS_E_SUCCESS)
		memory_give_up(sizeof(*key));
	/* Only the step above allocates; the others cannot fail. */
	if (!add_text(hmac, name) || !add_text(hmac, password) || !add_text(hmac, address))
		log_fatal("cannot authenticate a credential");
	gnutls_hmac_deinit(hmac, key->mac);
}

/* The first slot of the set that a key maps to. */
static struct slot *
slot_set(struct memory *memory, const struct memory_key *key)
{
	unsigned number;

	memcpy(&number, key->mac, sizeof(number));
	return &memory->slots[number % (SLOTS / SLOTS_PER_SET) * SLOTS_PER_SET];
}

/* NULL if not found. The caller holds the mutex. */
static struct slot *
slot_find(struct memory *memory, const struct memory_key *key)
{
	struct slot *set = slot_set(memory, key);

	for (size_t i = 0; i < SLOTS_PER_SET; i++)
		if (set[i].expires_ms > clock_steady_ms() &&
		    gnutls_memcmp(set[i].key.mac, key->mac, sizeof(key->mac)) == 0)
			return &set[i];
	return NULL;
}

bool
memory_find(struct memory *memory, const struct memory_key *key, struct memory_entry *entry)
{
	const struct slot *slot;

	pthread_mutex_lock(&memory->mutex);
	if ((slot = slot_find(memory, key)) != NULL)
		*entry = slot->entry;
	pthread_mutex_unlock(&memory->mutex);
	return slot != NULL;
}

void
memory_put(struct memory *memory, const struct memory_key *key, const struct memory_entry *entry,
    int64_t life_ms)
{
	struct slot *set = slot_set(memory, key), *slot;
	int64_t now = clock_steady_ms();

	pthread_mutex_lock(&memory->mutex);
	if ((slot = slot_find(memory, key)) == NULL) {
		slot = set; /* evict the entry that expires first */
		for (size_t i = 1; i < SLOTS_PER_SET; i++)
			if (set[i].expires_ms < slot->expires_ms)
				slot = &set[i];
	}
	*slot = (struct slot){
		.key = *key, .expires_ms = now + life_ms, .due_ms = now, .entry = *entry
	};
	pthread_mutex_unlock(&memory->mutex);
}

void
memory_drop(struct memory *memory, const struct memory_key *key)
{
	struct slot *slot;

	pthread_mutex_lock(&memory->mutex);
	if ((slot = slot_find(memory, key)) != NULL)
		*slot = (struct slot){ 0 };
	pthread_mutex_unlock(&memory->mutex);
}

bool
memory_is_due(struct memory *memory, const struct memory_key *key, int64_t pause_ms)
{
	int64_t now = clock_steady_ms();
	struct slot *slot;
	bool due;

	pthread_mutex_lock(&memory->mutex);
	slot = slot_find(memory, key);
	if ((due = slot != NULL && now - slot->due_ms >= pause_ms))
		slot->due_ms = now;
	pthread_mutex_unlock(&memory->mutex);
	return due;
}
