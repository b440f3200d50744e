#include "auth/identity.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/memory.h"
#include "auth/password.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "http/authorization.h"

#define WRONG_MS 10000       /* a wrong pair of name and password is cached this long */
#define TELL_MS 1000         /* how often a cached sign-in is reported to the database */
#define KEYS_REFRESH_MS 1000 /* a new, retired or revoked key is noticed after this */
#define KEYS_RETRY_MS 500    /* an unknown key queries the database at most this often */

/* Keys as loaded from the database; replaced as a whole. */
struct key_ring {
	struct arena *arena; /* owned: holds the keys */
	struct token_key *keys;
	size_t count;
	unsigned generation;
};

struct authenticator {
	const struct config *config; /* borrowed */
	bool takes_tokens;
	struct memory *good;  /* owned: passwords that were right */
	struct memory *wrong; /* owned: a pair found here is not hashed again */

	pthread_mutex_t loading; /* one thread loads keys; guards tried_ms */
	int64_t tried_ms;
	pthread_rwlock_t ring_lock;
	struct key_ring ring;
};

struct reading {
	struct db *db;
	struct key_ring ring; /* the result; complete if `done` */
	struct error *err;
	bool done;
};

static void
read_keys(void *argument)
{
	struct reading *reading = argument;
	struct key_ring *ring = &reading->ring;
	unsigned char fresh[sizeof(ring->keys->secret)];
	struct token_key *keys;

	/* GnuTLS allocates a generator for each thread. */
	if (gnutls_rnd(GNUTLS_RND_KEY, fresh, sizeof(fresh)) != GNUTLS_E_SUCCESS)
		memory_give_up(sizeof(fresh));
	if (!db_token_keys(reading->db, fresh, &keys, &ring->count, reading->err))
		return;
	if (ring->count == 0) {
		error_set(reading->err, ERROR_INTERNAL, "cannot sign a token: no signing key");
		return;
	}
	ring->arena = arena_new();
	ring->keys = arena_array(ring->arena, ring->count, sizeof(*ring->keys));
	for (size_t i = 0; i < ring->count; i++) {
		ring->keys[i] = keys[i];
		ring->keys[i].kid = arena_strdup(ring->arena, keys[i].kid);
	}
	reading->done = true;
}

/* Called with the lock `loading` held. */
static bool
load_keys(struct authenticator *authenticator, struct db *db, struct error *err)
{
	struct reading reading = { .db = db, .err = err };
	struct key_ring old;

	authenticator->tried_ms = clock_steady_ms();
	if (!memory_try(read_keys, &reading))
		error_set(err, ERROR_UNAVAILABLE, NULL);
	if (!reading.done) {
		arena_free(reading.ring.arena);
		return false;
	}
	pthread_rwlock_wrlock(&authenticator->ring_lock);
	old = authenticator->ring;
	reading.ring.generation = old.generation + 1;
	authenticator->ring = reading.ring;
	pthread_rwlock_unlock(&authenticator->ring_lock);
	arena_free(old.arena);
	return true;
}

/* Reload the keys if they are due. A thread that finds another one loading uses the present keys.
 */
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

/* Look for newer keys, because a token may be signed with one; true if the keys have changed since
 * `generation`. */
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
authenticator_open(struct db *db, const struct config *config, bool takes_tokens, struct error *err)
{
	struct authenticator *authenticator = calloc(1, sizeof(*authenticator));

	if (authenticator == NULL)
		log_fatal("out of memory");
	authenticator->good = memory_open();
	authenticator->wrong = memory_open();
	authenticator->config = config;
	authenticator->takes_tokens = takes_tokens;
	pthread_mutex_init(&authenticator->loading, NULL);
	pthread_rwlock_init(&authenticator->ring_lock, NULL);
	if (takes_tokens && !load_keys(authenticator, db, err)) {
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
	memory_close(authenticator->good);
	memory_close(authenticator->wrong);
	explicit_bzero(authenticator, sizeof(*authenticator));
	free(authenticator);
}

/* The data of one sign-in. */
struct attempt {
	struct authenticator *authenticator;
	struct db *db;
	const struct credentials *given;
	const char *address; /* "" if unknown */
	struct actor actor;  /* as far as known; for the audit row of a failure */
};

/* Refuse with the same error for every cause; only audit and log record the cause. */
static bool
refuse(const struct attempt *attempt, int account, const char *name, const char *cause,
    struct error *err)
{
	if (!db_account_failed(
		attempt->db, account, name, attempt->authenticator->config, &attempt->actor, err))
		return false;
	error_set(err, ERROR_UNAUTHORIZED, "wrong user name, password or token");
	return error_cause(err, "%s", cause);
}

/* Cache the sign-in: the password was right, and this address may sign in. */
static void
remember(const struct attempt *attempt, const struct authorization *credential,
    const struct memory_key *here, const struct account *account)
{
	struct memory *memory = attempt->authenticator->good;
	int64_t life_ms = attempt->authenticator->config->auth_remember_seconds * 1000;
	struct memory_entry entry = {
		.principal = { .account = account->id, .epoch = account->epoch },
	};
	struct memory_key anywhere;

	if (life_ms == 0 || strlen(account->name) > MEMORY_NAME_MAX)
		return;
	memcpy(entry.name, account->name, strlen(account->name));
	memory_put(memory, here, &entry, life_ms);
	memory_key(memory, credential->user, credential->password, "", &anywhere);
	memory_put(memory, &anywhere, &entry, life_ms);
}

/* True if this password was right from another address lately. Always false if this address is
 * locked out: a quick answer would reveal that the password is right. */
static bool
is_right_elsewhere(
    const struct attempt *attempt, const struct memory_key *anywhere, const struct account *account)
{
	struct memory_entry entry;

	return account != NULL && !account->locked &&
	       memory_find(attempt->authenticator->good, anywhere, &entry) &&
	       entry.principal.account == account->id && entry.principal.epoch == account->epoch;
}

/* The state of the account that the result for a wrong pair depends on. */
static struct memory_entry
entry_of(const struct account *account)
{
	struct memory_entry entry = { .name = "unknown" };

	if (account == NULL)
		return entry;
	entry.principal = (struct principal){ .account = account->id, .epoch = account->epoch };
	snprintf(entry.name, sizeof(entry.name), "%s",
	    account->disabled || account->locked ? "held back" : "open");
	return entry;
}

/* True if this pair was refused at this address a moment ago, and the account has not changed
 * since. */
static bool
is_wrong_again(
    const struct attempt *attempt, const struct memory_key *pair, const struct memory_entry *now)
{
	struct memory_entry then;

	return memory_find(attempt->authenticator->wrong, pair, &then) &&
	       then.principal.account == now->principal.account &&
	       then.principal.epoch == now->principal.epoch && strcmp(then.name, now->name) == 0;
}

static bool
acquire_slot(const struct attempt *attempt, struct error *err)
{
	switch (password_hash_slot(attempt->address, attempt->given->may_block)) {
	case HASH_SLOT_ACQUIRED:
		return true;
	case HASH_SLOT_WOULD_BLOCK:
		return error_set(err, ERROR_WOULD_BLOCK, NULL);
	case HASH_SLOT_BUSY:
		break;
	}
	return error_set(err, ERROR_TOOMANYREQUESTS, "too many sign-ins at once, try again");
}

/* Each check takes one hash, so that its time does not reveal which names exist or are locked.
 * Simultaneous requests of one client wait for the first of them. */
static bool
check_password(const struct attempt *attempt, const struct authorization *credential,
    const struct account *account, bool *good, struct error *err)
{
	const struct memory_entry now = entry_of(account);
	struct memory_key anywhere, pair; /* made before the slot is taken: that may give up */
	bool known;

	memory_key(
	    attempt->authenticator->good, credential->user, credential->password, "", &anywhere);
	memory_key(attempt->authenticator->wrong, credential->user, credential->password,
	    attempt->address, &pair);
	if ((*good = is_right_elsewhere(attempt, &anywhere, account)))
		return true;
	if (is_wrong_again(attempt, &pair, &now))
		return true;
	if (!acquire_slot(attempt, err))
		return false;
	*good = is_right_elsewhere(attempt, &anywhere, account);
	known = *good || password_compare(credential->password,
			     account == NULL ? NULL : account->password, good, err);
	hash_slot_release();
	if (!known)
		return false;
	if (!*good || account->disabled || account->locked)
		memory_put(attempt->authenticator->wrong, &pair, &now, WRONG_MS);
	return true;
}

/* The database counts consecutive wrong passwords, so successes are reported to it; those from the
 * cache only every TELL_MS. */
static bool
tell_success(
    const struct attempt *attempt, const struct memory_key *here, int account, struct error *err)
{
	struct memory *memory = attempt->authenticator->good;
	struct memory_entry entry;

	return (memory_find(memory, here, &entry) && !memory_is_due(memory, here, TELL_MS)) ||
	       db_account_succeeded(attempt->db, account, attempt->given->address, err);
}

/* here: the cache key for this address. */
static bool
prove_password(const struct attempt *attempt, const struct authorization *credential,
    const struct memory_key *here, struct identity *identity, struct error *err)
{
	/* A name that the database cannot store is an unknown one. */
	bool askable = strlen(credential->user) <= MEMORY_NAME_MAX && utf8_check(credential->user);
	const char *name = askable ? credential->user : "";
	struct account *account = NULL;
	bool good;

	if ((askable &&
		!db_account_sign_in(attempt->db, name, attempt->given->address, &account, err)) ||
	    !check_password(attempt, credential, account, &good, err))
		return false;
	if (account == NULL)
		return refuse(attempt, 0, name, "unknown account", err);
	/* Do not count failures during a lock, else others could prolong it. */
	if (account->disabled || account->locked)
		return refuse(attempt, 0, name,
		    account->disabled ? "account disabled" : "account locked", err);
	if (!good)
		return refuse(attempt, account->id, name, "wrong password", err);
	if (!tell_success(attempt, here, account->id, err))
		return false;
	identity->principal = (struct principal){ .account = account->id, .epoch = account->epoch };
	identity->name = account->name;
	remember(attempt, credential, here, account);
	return true;
}

static bool
identify_basic(const struct attempt *attempt, const struct authorization *credential,
    struct identity *identity, struct error *err)
{
	struct memory *memory = attempt->authenticator->good;
	struct memory_entry entry;
	struct memory_key here;

	if (*credential->user == '\0' && *credential->password == '\0')
		return true;
	memory_key(memory, credential->user, credential->password, attempt->address, &here);
	if (!memory_find(memory, &here, &entry))
		return prove_password(attempt, credential, &here, identity, err);
	identity->principal = entry.principal;
	identity->name = arena_strdup(attempt->db->arena, entry.name);
	identity->remembered = true;
	return tell_success(attempt, &here, entry.principal.account, err);
}

struct verification {
	const struct attempt *attempt;
	const char *text, *audience;
	struct token **token;
	struct error *err;
	bool ok;
};

static void
run_verification(void *argument)
{
	struct verification *v = argument;
	const struct key_ring *ring = &v->attempt->authenticator->ring;

	v->ok = token_verify(
	    v->attempt->db->arena, ring->keys, ring->count, v->text, v->audience, v->token, v->err);
}

/* Verify with the present keys; *generation is set to theirs. */
static bool
verify(const struct attempt *attempt, const char *text, const char *audience, struct token **token,
    unsigned *generation, struct error *err)
{
	struct authenticator *authenticator = attempt->authenticator;
	struct verification v = { attempt, text, audience, token, err, false };
	bool done;

	pthread_rwlock_rdlock(&authenticator->ring_lock);
	*generation = authenticator->ring.generation;
	done = memory_try(run_verification, &v);
	pthread_rwlock_unlock(&authenticator->ring_lock);
	if (!done)
		memory_give_up(strlen(text));
	return v.ok;
}

/* The same, loading newer keys if necessary. *token is NULL if the text is not a valid token; false
 * if the database is unavailable. */
static bool
read_token(const struct attempt *attempt, const char *text, const char *audience,
    struct token **token, struct error *reason, struct error *err)
{
	unsigned generation;
	bool ok;

	*token = NULL;
	if (!attempt->authenticator->takes_tokens) {
		error_cause(reason, "token: not accepted here");
		return true;
	}
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
	identity->principal = (struct principal){ .account = token->account,
		.epoch = token->epoch };
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

/* Use the statement of the authorizer, which has verified these credentials when the head of the
 * request arrived. Without a statement *known is false, and they are verified now. */
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
		.address = given->address == NULL ? "" : given->address,
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
identity_forget(struct authenticator *authenticator, const char *header, const char *address,
    struct arena *arena)
{
	struct authorization authorization;
	struct memory_key key;

	authorization_parse(arena, header, &authorization);
	if (authorization.kind != AUTHORIZATION_BASIC)
		return;
	for (int i = 0; i < 2; i++) {
		memory_key(authenticator->good, authorization.user, authorization.password,
		    i == 0 && address != NULL ? address : "", &key);
		memory_drop(authenticator->good, &key);
	}
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
identity_token(struct authenticator *authenticator, struct db *db, struct token *token,
    int64_t seconds, struct error *err)
{
	struct issue issue = { .arena = db->arena, .token = token };
	bool done;

	if (!refresh_keys(authenticator, db, err))
		return NULL;
	token->issued_at = clock_wall_seconds();
	token->expires_at = token->issued_at +
			    (seconds > 0 ? seconds : authenticator->config->auth_token_seconds);
	pthread_rwlock_rdlock(&authenticator->ring_lock);
	issue.key = &authenticator->ring.keys[0];
	done = memory_try(run_issue, &issue);
	pthread_rwlock_unlock(&authenticator->ring_lock);
	if (!done)
		memory_give_up(TOKEN_ACCESS_MAX);
	return issue.text;
}
