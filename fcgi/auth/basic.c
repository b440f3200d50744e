#include "auth/basic.h"

#include <stdio.h>
#include <string.h>

#include "auth/password.h"
#include "base/utf8.h"

#define WRONG_MS 10000 /* a wrong pair of name and password is cached this long */
#define REPORT_MS 1000 /* how often a cached sign-in is reported to the database */

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
is_known_wrong(
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
	if (is_known_wrong(attempt, &pair, &now))
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
 * cache only every REPORT_MS. */
static bool
report_success(
    const struct attempt *attempt, const struct memory_key *here, int account, struct error *err)
{
	struct memory *memory = attempt->authenticator->good;
	struct memory_entry entry;

	return (memory_find(memory, here, &entry) && !memory_is_due(memory, here, REPORT_MS)) ||
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
		return attempt_refuse(attempt, 0, name, "unknown account", err);
	/* Do not count failures during a lock, else others could prolong it. */
	if (account->disabled || account->locked)
		return attempt_refuse(attempt, 0, name,
		    account->disabled ? "account disabled" : "account locked", err);
	if (!good)
		return attempt_refuse(attempt, account->id, name, "wrong password", err);
	if (!report_success(attempt, here, account->id, err))
		return false;
	identity->principal = (struct principal){ .account = account->id, .epoch = account->epoch };
	identity->name = account->name;
	remember(attempt, credential, here, account);
	return true;
}

bool
basic_identify(const struct attempt *attempt, const struct authorization *credential,
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
	return report_success(attempt, &here, entry.principal.account, err);
}

void
basic_forget(struct authenticator *authenticator, const struct authorization *credential,
    const char *address)
{
	struct memory_key key;

	for (int i = 0; i < 2; i++) {
		memory_key(authenticator->good, credential->user, credential->password,
		    i == 0 && address != NULL ? address : "", &key);
		memory_drop(authenticator->good, &key);
	}
}
