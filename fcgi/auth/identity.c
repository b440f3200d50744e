#include "auth/identity.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "auth/password.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "http/authorization.h"

#define SLOTS 1024
#define SLOTS_PER_SET 4
#define NAME_MAX_BYTES 255
#define KEYS_REFRESH_MS 60000 /* a retired or revoked key is noticed after this */
#define KEYS_RETRY_MS 3000    /* an unknown key asks the database this often at most */

#define MAC_BYTES 32

/* One credential that proved good. Its name and password are in the MAC only. */
struct remembered {
	unsigned char mac[MAC_BYTES];
	int64_t expires_ms; /* 0: empty */
	struct viewer viewer;
	char name[NAME_MAX_BYTES + 1]; /* as the account spells it */
};

/* Keys as the database gave them; replaced as a whole. */
struct key_ring {
	struct arena *arena; /* owned: holds the keys */
	struct token_key *keys;
	size_t count;
	unsigned generation;
};

struct authenticator {
	const struct config *config; /* borrowed */
	unsigned char process_key[MAC_BYTES];

	pthread_mutex_t slots_mutex;
	struct remembered slots[SLOTS];

	pthread_mutex_t loading; /* one thread loads keys; guards tried_ms */
	int64_t tried_ms;
	pthread_rwlock_t ring_lock;
	struct key_ring ring;
};

static bool
load_keys(struct authenticator *authenticator, struct db *db, struct error *err)
{
	struct key_ring ring = { 0 }, old;
	unsigned char fresh[sizeof(ring.keys->secret)];
	struct token_key *keys;

	authenticator->tried_ms = clock_steady_ms();
	if (gnutls_rnd(GNUTLS_RND_KEY, fresh, sizeof(fresh)) != GNUTLS_E_SUCCESS)
		log_fatal("no random numbers");
	if (!db_token_keys(db, fresh, &keys, &ring.count, err))
		return false;
	if (ring.count == 0)
		return error_set(err, ERROR_INTERNAL, "no key to sign tokens with");
	ring.arena = arena_new();
	ring.keys = arena_array(ring.arena, ring.count, sizeof(*ring.keys));
	for (size_t i = 0; i < ring.count; i++) {
		ring.keys[i] = keys[i];
		ring.keys[i].kid = arena_strdup(ring.arena, keys[i].kid);
	}
	pthread_rwlock_wrlock(&authenticator->ring_lock);
	old = authenticator->ring;
	ring.generation = old.generation + 1;
	authenticator->ring = ring;
	pthread_rwlock_unlock(&authenticator->ring_lock);
	arena_free(old.arena);
	return true;
}

/* Keep the keys young. Threads that find another one at it go on with the keys there are. */
static bool
refresh_keys(struct authenticator *authenticator, struct db *db, struct error *err)
{
	bool ok = true;

	if (pthread_mutex_trylock(&authenticator->loading) != 0)
		return true;
	if (clock_steady_ms() - authenticator->tried_ms >= KEYS_REFRESH_MS)
		ok = load_keys(authenticator, db, err);
	pthread_mutex_unlock(&authenticator->loading);
	return ok;
}

/* A token may be signed with a key newer than ours: true if there are other keys than those of
 * `generation` now. */
static bool
renew_keys(
    struct authenticator *authenticator, struct db *db, unsigned generation, struct error *err)
{
	bool renewed, ok = true;

	pthread_mutex_lock(&authenticator->loading);
	if (authenticator->ring.generation == generation &&
	    clock_steady_ms() - authenticator->tried_ms >= KEYS_RETRY_MS)
		ok = load_keys(authenticator, db, err);
	renewed = authenticator->ring.generation != generation;
	pthread_mutex_unlock(&authenticator->loading);
	return ok && renewed;
}

struct authenticator *
authenticator_open(struct db *db, const struct config *config, struct error *err)
{
	struct authenticator *authenticator = calloc(1, sizeof(*authenticator));

	if (authenticator == NULL)
		log_fatal("out of memory");
	if (gnutls_rnd(GNUTLS_RND_KEY, authenticator->process_key, MAC_BYTES) != GNUTLS_E_SUCCESS)
		log_fatal("no random numbers");
	authenticator->config = config;
	pthread_mutex_init(&authenticator->slots_mutex, NULL);
	pthread_mutex_init(&authenticator->loading, NULL);
	pthread_rwlock_init(&authenticator->ring_lock, NULL);
	if (!load_keys(authenticator, db, err)) {
		authenticator_close(authenticator);
		return NULL;
	}
	return authenticator;
}

void
authenticator_close(struct authenticator *authenticator)
{
	if (authenticator == NULL)
		return;
	arena_free(authenticator->ring.arena);
	pthread_rwlock_destroy(&authenticator->ring_lock);
	pthread_mutex_destroy(&authenticator->loading);
	pthread_mutex_destroy(&authenticator->slots_mutex);
	explicit_bzero(authenticator, sizeof(*authenticator));
	free(authenticator);
}

/* What a credential is remembered under; the length keeps ("ab", "c") and ("a", "bc") apart. */
static void
credential_mac(const struct authenticator *authenticator, const char *name, const char *password,
    unsigned char mac[MAC_BYTES])
{
	uint64_t length = strlen(name);
	gnutls_hmac_hd_t hmac;

	if (gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, authenticator->process_key, MAC_BYTES) !=
		GNUTLS_E_SUCCESS ||
	    gnutls_hmac(hmac, &length, sizeof(length)) != GNUTLS_E_SUCCESS ||
	    gnutls_hmac(hmac, name, strlen(name)) != GNUTLS_E_SUCCESS ||
	    gnutls_hmac(hmac, password, strlen(password)) != GNUTLS_E_SUCCESS)
		log_fatal("cannot authenticate a credential");
	gnutls_hmac_deinit(hmac, mac);
}

/* The first slot of the set a MAC belongs to. */
static struct remembered *
slot_set(struct authenticator *authenticator, const unsigned char mac[MAC_BYTES])
{
	unsigned number;

	memcpy(&number, mac, sizeof(number));
	return &authenticator->slots[number % (SLOTS / SLOTS_PER_SET) * SLOTS_PER_SET];
}

/* The slot of a MAC, NULL if there is none. Call it with the mutex held. */
static struct remembered *
slot_find(struct authenticator *authenticator, const unsigned char mac[MAC_BYTES])
{
	struct remembered *set = slot_set(authenticator, mac);

	for (size_t i = 0; i < SLOTS_PER_SET; i++)
		if (set[i].expires_ms > clock_steady_ms() &&
		    gnutls_memcmp(set[i].mac, mac, MAC_BYTES) == 0)
			return &set[i];
	return NULL;
}

static bool
recall(struct authenticator *authenticator, const unsigned char mac[MAC_BYTES], struct arena *arena,
    struct identity *identity)
{
	const struct remembered *slot;

	pthread_mutex_lock(&authenticator->slots_mutex);
	if ((slot = slot_find(authenticator, mac)) != NULL) {
		identity->viewer = slot->viewer;
		identity->name = arena_strdup(arena, slot->name);
		identity->remembered = true;
	}
	pthread_mutex_unlock(&authenticator->slots_mutex);
	return slot != NULL;
}

static void
remember(struct authenticator *authenticator, const unsigned char mac[MAC_BYTES],
    const struct identity *identity)
{
	int64_t life_ms = authenticator->config->auth_remember_seconds * 1000;
	struct remembered *set = slot_set(authenticator, mac), *slot;

	if (life_ms == 0 || strlen(identity->name) > NAME_MAX_BYTES)
		return;
	pthread_mutex_lock(&authenticator->slots_mutex);
	if ((slot = slot_find(authenticator, mac)) == NULL) {
		slot = set; /* the one nearest its end makes room */
		for (size_t i = 1; i < SLOTS_PER_SET; i++)
			if (set[i].expires_ms < slot->expires_ms)
				slot = &set[i];
	}
	*slot = (struct remembered){ .expires_ms = clock_steady_ms() + life_ms,
		.viewer = identity->viewer };
	memcpy(slot->mac, mac, MAC_BYTES);
	memcpy(slot->name, identity->name, strlen(identity->name));
	pthread_mutex_unlock(&authenticator->slots_mutex);
}

/* A request's own facts, kept together on their way down. */
struct attempt {
	struct authenticator *authenticator;
	struct db *db;
	const struct credentials *given;
	struct actor actor; /* as far as it is known: the failure's row in the audit */
};

/* One answer for whatever was wrong; only the audit and the log know. */
static bool
refuse(const struct attempt *attempt, int account, const char *name, const char *cause,
    struct error *err)
{
	const struct config *config = attempt->authenticator->config;

	if (!db_account_failed(attempt->db, account, name, (int)config->auth_lock_failures,
		(int)config->auth_lock_seconds, &attempt->actor, err))
		return false;
	error_set(err, ERROR_UNAUTHORIZED, "wrong user name, password or token");
	return error_cause(err, "%s", cause);
}

/* mac: under which it is remembered once it is proven. */
static bool
prove_password(const struct attempt *attempt, const struct authorization *credential,
    const unsigned char mac[MAC_BYTES], struct identity *identity, struct error *err)
{
	/* A name the database cannot hold is an unknown one. */
	bool askable = strlen(credential->user) <= NAME_MAX_BYTES && utf8_check(credential->user);
	const char *name = askable ? credential->user : "";
	struct account *account = NULL;
	bool good;

	if (askable && !db_account_find(attempt->db, name, &account, err))
		return false;
	if (!password_turn(attempt->given->may_wait))
		return error_set(err, ERROR_WAIT, NULL);
	/* Many requests of one client that come at once wait for the first of them. */
	if (recall(attempt->authenticator, mac, attempt->db->arena, identity)) {
		password_turn_end();
		return true;
	}
	/* Whoever asks waits for one hash, so that time does not tell which names exist or are
	 * locked. */
	good = password_turn_check(
	    credential->password, account == NULL ? NULL : account->password);
	password_turn_end();
	if (account == NULL)
		return refuse(attempt, 0, name, "unknown account", err);
	/* No further failures are counted while it lasts: a lock must not be prolonged from
	 * outside. */
	if (account->disabled || account->locked)
		return refuse(attempt, 0, name,
		    account->disabled ? "account disabled" : "account locked", err);
	if (!good)
		return refuse(attempt, account->id, name, "wrong password", err);
	if (!db_account_succeeded(attempt->db, account->id, err))
		return false;
	identity->viewer = (struct viewer){ .account = account->id, .epoch = account->epoch };
	identity->name = account->name;
	return true;
}

static bool
identify_basic(const struct attempt *attempt, const struct authorization *credential,
    struct identity *identity, struct error *err)
{
	unsigned char mac[MAC_BYTES];

	if (*credential->user == '\0' && *credential->password == '\0')
		return true;
	credential_mac(attempt->authenticator, credential->user, credential->password, mac);
	if (recall(attempt->authenticator, mac, attempt->db->arena, identity))
		return true;
	if (!prove_password(attempt, credential, mac, identity, err))
		return false;
	if (!identity->remembered)
		remember(attempt->authenticator, mac, identity);
	return true;
}

/* Verify with the keys there are; *generation tells which those were. */
static bool
verify(const struct attempt *attempt, const char *text, const char *audience, struct token **token,
    unsigned *generation, struct error *err)
{
	struct authenticator *authenticator = attempt->authenticator;
	bool ok;

	pthread_rwlock_rdlock(&authenticator->ring_lock);
	*generation = authenticator->ring.generation;
	ok = token_verify(attempt->db->arena, authenticator->ring.keys, authenticator->ring.count,
	    text, audience, token, err);
	pthread_rwlock_unlock(&authenticator->ring_lock);
	return ok;
}

/* The same, with newer keys if it needs them. *token is NULL if the text is not such a token;
 * false: the database is away. */
static bool
read_token(const struct attempt *attempt, const char *text, const char *audience,
    struct token **token, struct error *reason, struct error *err)
{
	unsigned generation;
	bool ok;

	*token = NULL;
	if (!refresh_keys(attempt->authenticator, attempt->db, err))
		return false;
	ok = verify(attempt, text, audience, token, &generation, reason);
	if (!ok && renew_keys(attempt->authenticator, attempt->db, generation, err))
		ok = verify(attempt, text, audience, token, &generation, reason);
	if (!ok)
		*token = NULL;
	return err->code == ERROR_NONE;
}

static void
identity_of(const struct token *token, struct identity *identity)
{
	identity->viewer = (struct viewer){ .account = token->account, .epoch = token->epoch };
	identity->name = token->subject;
}

static bool
identify_bearer(
    const struct attempt *attempt, const char *text, struct identity *identity, struct error *err)
{
	struct error reason = { 0 };
	struct token *token;

	if (!read_token(attempt, text, attempt->given->audience, &token, &reason, err))
		return false;
	if (token == NULL)
		return refuse(attempt, 0, "", reason.cause, err);
	if (token->expired && !attempt->given->session)
		return refuse(attempt, 0, "", "token: expired", err);
	identity_of(token, identity);
	identity->token = token;
	return true;
}

/* The authorizer found these credentials good when the head of this request arrived. Without its
 * statement *known is false, and they are to be proven now. */
static bool
identify_by_statement(const struct attempt *attempt, enum authorization_kind kind,
    struct identity *identity, bool *known, struct error *err)
{
	const struct credentials *given = attempt->given;
	struct error reason = { 0 };
	struct token *token = NULL;

	*known = false;
	if (given->statement != NULL &&
	    !read_token(attempt, given->statement, given->statement_audience, &token, &reason, err))
		return false;
	if (token == NULL)
		return true;
	*known = true;
	identity_of(token, identity);
	identity->token = kind == AUTHORIZATION_BEARER ? token : NULL;
	return true;
}

bool
identity_find(struct authenticator *authenticator, struct db *db, const struct credentials *given,
    struct identity **out, struct error *err)
{
	struct attempt attempt = {
		.authenticator = authenticator,
		.db = db,
		.given = given,
		.actor = { .name = "", .request = given->request_id, .address = given->address },
	};
	struct authorization authorization;
	struct identity *identity = arena_alloc(db->arena, sizeof(*identity));
	bool known;

	*identity = (struct identity){ .name = "" };
	*out = identity;
	authorization_parse(db->arena, given->authorization, &authorization);
	if (!identify_by_statement(&attempt, authorization.kind, identity, &known, err))
		return false;
	if (known)
		return true;
	switch (authorization.kind) {
	case AUTHORIZATION_NONE:
		return true;
	case AUTHORIZATION_BASIC:
		return identify_basic(&attempt, &authorization, identity, err);
	case AUTHORIZATION_BEARER:
		return identify_bearer(&attempt, authorization.token, identity, err);
	case AUTHORIZATION_BAD:
		break;
	}
	return refuse(&attempt, 0, "", "malformed Authorization header", err);
}

void
identity_forget(struct authenticator *authenticator, const char *header, struct arena *arena)
{
	struct authorization authorization;
	unsigned char mac[MAC_BYTES];
	struct remembered *slot;

	authorization_parse(arena, header, &authorization);
	if (authorization.kind != AUTHORIZATION_BASIC)
		return;
	credential_mac(authenticator, authorization.user, authorization.password, mac);
	pthread_mutex_lock(&authenticator->slots_mutex);
	if ((slot = slot_find(authenticator, mac)) != NULL)
		*slot = (struct remembered){ 0 };
	pthread_mutex_unlock(&authenticator->slots_mutex);
}

const char *
identity_token(struct authenticator *authenticator, struct db *db, struct token *token,
    int64_t seconds, struct error *err)
{
	const char *text;

	if (!refresh_keys(authenticator, db, err))
		return NULL;
	token->issued_at = clock_wall_seconds();
	token->expires_at = token->issued_at +
			    (seconds > 0 ? seconds : authenticator->config->auth_token_seconds);
	pthread_rwlock_rdlock(&authenticator->ring_lock);
	text = token_issue(db->arena, &authenticator->ring.keys[0], token);
	pthread_rwlock_unlock(&authenticator->ring_lock);
	return text;
}
