#include "auth/key_ring.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

#define REFRESH_MS 1000 /* a new, retired or revoked key is noticed after this */
#define RETRY_MS 500    /* an unknown key queries the database at most this often */

/* Keys as loaded from the database; replaced as a whole. */
struct keys {
	struct arena *arena; /* owned: holds the list */
	struct token_key *list;
	size_t count;
	unsigned generation;
};

struct key_ring {
	pthread_mutex_t loading; /* one thread loads keys; guards tried_ms */
	int64_t tried_ms;
	pthread_rwlock_t lock; /* guards `keys` */
	struct keys keys;
};

struct reading {
	struct db *db;
	struct keys keys; /* the result; complete if `done` */
	struct error *err;
	bool done;
};

static void
read_keys(void *argument)
{
	struct reading *reading = argument;
	struct keys *loaded = &reading->keys;
	unsigned char fresh[sizeof(loaded->list->secret)];
	struct token_key *rows;

	/* GnuTLS allocates a generator for each thread. */
	if (gnutls_rnd(GNUTLS_RND_KEY, fresh, sizeof(fresh)) != GNUTLS_E_SUCCESS)
		memory_give_up(sizeof(fresh));
	if (!db_token_keys(reading->db, fresh, &rows, &loaded->count, reading->err))
		return;
	if (loaded->count == 0) {
		error_set(reading->err, ERROR_INTERNAL, "cannot sign a token: no signing key");
		return;
	}
	loaded->arena = arena_new();
	loaded->list = arena_array(loaded->arena, loaded->count, sizeof(*loaded->list));
	for (size_t i = 0; i < loaded->count; i++) {
		loaded->list[i] = rows[i];
		loaded->list[i].kid = arena_strdup(loaded->arena, rows[i].kid);
	}
	reading->done = true;
}

/* Called with the lock `loading` held. */
static bool
load(struct key_ring *ring, struct db *db, struct error *err)
{
	struct reading reading = { .db = db, .err = err };
	struct keys old;

	ring->tried_ms = clock_steady_ms();
	if (!memory_try(read_keys, &reading))
		error_set(err, ERROR_UNAVAILABLE, NULL);
	if (!reading.done) {
		arena_free(reading.keys.arena);
		return false;
	}
	pthread_rwlock_wrlock(&ring->lock);
	old = ring->keys;
	reading.keys.generation = old.generation + 1;
	ring->keys = reading.keys;
	pthread_rwlock_unlock(&ring->lock);
	arena_free(old.arena);
	return true;
}

bool
key_ring_refresh(struct key_ring *ring, struct db *db, struct error *err)
{
	bool ok = true;

	if (pthread_mutex_trylock(&ring->loading) != 0)
		return true;
	if (clock_steady_ms() - ring->tried_ms >= REFRESH_MS)
		ok = load(ring, db, err);
	pthread_mutex_unlock(&ring->loading);
	return ok;
}

/* Look for newer keys, because a token may be signed with one; true if the keys have changed since
 * `generation`. */
static bool
renew(struct key_ring *ring, struct db *db, unsigned generation, struct error *err)
{
	bool renewed, ok = true;

	pthread_mutex_lock(&ring->loading);
	if (ring->keys.generation == generation && clock_steady_ms() - ring->tried_ms >= RETRY_MS)
		ok = load(ring, db, err);
	renewed = ring->keys.generation != generation;
	pthread_mutex_unlock(&ring->loading);
	return ok && renewed;
}

struct key_ring *
key_ring_open(void)
{
	struct key_ring *ring = calloc(1, sizeof(*ring));

	if (ring == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&ring->loading, NULL);
	pthread_rwlock_init(&ring->lock, NULL);
	ring->tried_ms = -REFRESH_MS; /* due at once, even if the clock has just begun */
	return ring;
}

void
key_ring_close(struct key_ring *ring)
{
	if (ring == NULL)
		return;
	arena_free(ring->keys.arena);
	pthread_rwlock_destroy(&ring->lock);
	pthread_mutex_destroy(&ring->loading);
	explicit_bzero(ring, sizeof(*ring));
	free(ring);
}

struct verification {
	struct arena *arena;
	const struct keys *keys;
	const char *text, *audience;
	struct token **token;
	struct error *reason;
	bool ok;
};

static void
run_verification(void *argument)
{
	struct verification *v = argument;

	v->ok = token_verify(
	    v->arena, v->keys->list, v->keys->count, v->text, v->audience, v->token, v->reason);
}

/* Verify with the present keys; *generation is set to theirs. */
static bool
verify(struct key_ring *ring, struct verification *v, unsigned *generation)
{
	bool done;

	pthread_rwlock_rdlock(&ring->lock);
	*generation = ring->keys.generation;
	done = memory_try(run_verification, v);
	pthread_rwlock_unlock(&ring->lock);
	if (!done)
		memory_give_up(strlen(v->text));
	return v->ok;
}

bool
key_ring_verify(struct key_ring *ring, struct db *db, const char *text, const char *audience,
    struct token **token, struct error *reason, struct error *err)
{
	struct verification v = { db->arena, &ring->keys, text, audience, token, reason, false };
	unsigned generation;
	bool ok;

	if (!key_ring_refresh(ring, db, err))
		return false;
	ok = verify(ring, &v, &generation);
	if (!ok && renew(ring, db, generation, err))
		ok = verify(ring, &v, &generation);
	if (!ok)
		*token = NULL;
	return err->code == ERROR_NONE;
}

struct issue {
	struct arena *arena;
	const struct token_key *key;
	const struct token *token;
	const char *text; /* the result */
};

static void
run_issue(void *argument)
{
	struct issue *issue = argument;

	issue->text = token_issue(issue->arena, issue->key, issue->token);
}

const char *
key_ring_sign(
    struct key_ring *ring, struct db *db, struct token *token, int64_t seconds, struct error *err)
{
	struct issue issue = { .arena = db->arena, .token = token };
	bool done;

	if (!key_ring_refresh(ring, db, err))
		return NULL;
	token->issued_at = clock_wall_seconds();
	token->expires_at = token->issued_at + seconds;
	pthread_rwlock_rdlock(&ring->lock);
	issue.key = &ring->keys.list[0];
	done = memory_try(run_issue, &issue);
	pthread_rwlock_unlock(&ring->lock);
	if (!done)
		memory_give_up(TOKEN_ACCESS_MAX);
	return issue.text;
}
