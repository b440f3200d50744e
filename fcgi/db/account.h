/* Accounts: users, their passwords, epochs and failures. */
#ifndef DB_ACCOUNT_H
#define DB_ACCOUNT_H

#include "base/config.h"
#include "db/access_decision.h"
#include "db/query.h"
#include "db/words.h"

struct account {
	int id;
	int epoch;
	const char *name;
	const char *password;            /* crypt(3) string; NULL: token only */
	bool is_admin, disabled, locked; /* locked: new sign-ins are refused, see below */
	int64_t created_at;              /* microseconds since 1970 */
};

/* Find a user; NULL if not found. Names are compared in lower case. `locked` is set if the account
 * is locked for some network. */
bool db_account_find(struct db *, const char *name, struct account **, struct error *) MUST_CHECK;
/* The same for a sign-in from an address (NULL: unknown). `locked` is set if the account is locked
 * for the network of that address. */
bool db_account_sign_in(struct db *, const char *name, const char *address, struct account **,
    struct error *) MUST_CHECK;
/* A page of the accounts whose names follow `after` ("" for the first page), in order of name. */
bool db_account_list(struct db *, const char *after, int limit, struct account **, size_t *count,
    struct error *) MUST_CHECK;
/*
 * Create an account: CONFLICT if the name exists. Set a password: NOT_FOUND if the user does not
 * exist; increments the epoch, so that every token of the account becomes invalid. Both are
 * audited.
 */
bool db_account_add(struct db *, const char *name, const char *password, bool is_admin,
    const struct actor *, struct error *) MUST_CHECK;
bool db_account_password(struct db *, const char *name, const char *password, const struct actor *,
    struct error *) MUST_CHECK;
/*
 * Record a wrong password from the actor's address, and audit it; locks the account as
 * auth.lock_failures, lock_seconds and hour_failures of the settings say. account 0: unknown name,
 * only audited. At most 60 audit rows per address and minute.
 */
bool db_account_failed(struct db *, int account, const char *name, const struct config *limits,
    const struct actor *, struct error *) MUST_CHECK;
/* Record a correct password from an address: resets its failures to 0 (writes only if they are not
 * 0, or once a day). */
bool db_account_succeeded(struct db *, int account, const char *address, struct error *) MUST_CHECK;

/* *valid: the account is unchanged since the principal was authenticated. *is_admin: it is an
 * administrator's. */
bool db_principal_find(
    struct db *, const struct principal *, bool *valid, bool *is_admin, struct error *) MUST_CHECK;

/* Create a group unless a principal of that name exists (*created). Audited. */
bool db_group_add(
    struct db *, const char *name, const struct actor *, bool *created, struct error *) MUST_CHECK;
/*
 * Disable or enable an account, which invalidates its tokens; reset the wrong passwords that lock
 * it. NOT_FOUND, with the reason: the user does not exist, or is the last administrator. Audited.
 */
bool db_account_enable(
    struct db *, const char *name, bool enabled, const struct actor *, struct error *) MUST_CHECK;
bool db_account_unlock(
    struct db *, const char *name, const struct actor *, struct error *) MUST_CHECK;

/* Remove a user or group with its memberships and permissions; NOT_FOUND as above. Audited. */
bool db_principal_remove(struct db *, const char *name, enum principal_kind, const struct actor *,
    struct error *) MUST_CHECK;
/* Add a user to a group, or remove it; NOT_FOUND names the one that does not exist. Audited if
 * anything changes. */
bool db_group_member(struct db *, const char *group, const char *user, bool member,
    const struct actor *, struct error *) MUST_CHECK;

struct account_group {
	const char *name;
	const char *members; /* comma separated */
};

/* A page of the groups whose names follow `after` ("" for the first page), in order of name. */
bool db_group_list(struct db *, const char *after, int limit, struct account_group **,
    size_t *count, struct error *) MUST_CHECK;

#endif
