/* Accounts: users, their passwords, epochs and failures. */
#ifndef DB_ACCOUNT_H
#define DB_ACCOUNT_H

#include "base/config.h"
#include "db/access_decision.h"
#include "db/query.h"

struct account {
	int id;
	int epoch;
	const char *name;
	const char *password;            /* crypt(3) string; NULL: token only */
	bool is_admin, disabled, locked; /* locked: new passwords are held back, see who asked */
	int64_t created_at;              /* microseconds since 1970 */
};

/* NULL when there is no such user. Names are compared in lower case. Locked: for some network. */
bool db_account_find(struct db *, const char *name, struct account **, struct error *) MUST_CHECK;
/* The same for a sign-in from an address (NULL: unknown). Locked: for the network of that one. */
bool db_account_sign_in(struct db *, const char *name, const char *address, struct account **,
    struct error *) MUST_CHECK;
/* After a key past `after` ("" at the start), in order of name. */
bool db_account_list(struct db *, const char *after, int limit, struct account **, size_t *count,
    struct error *) MUST_CHECK;
/* Create: CONFLICT if the name is taken. Set a password: NOT_FOUND if there is no such user; it
 * bumps the epoch, so every token of the account is void. Both audited. */
bool db_account_add(struct db *, const char *name, const char *password, bool is_admin,
    const struct actor *, struct error *) MUST_CHECK;
bool db_account_password(struct db *, const char *name, const char *password, const struct actor *,
    struct error *) MUST_CHECK;
/* One more wrong password from the actor's address, audited; locks as auth.lock_failures,
 * lock_seconds and hour_failures of the settings say. account 0: unknown name, audited only. At
 * most 60 audit rows per address and minute. */
bool db_account_failed(struct db *, int account, const char *name, const struct config *limits,
    const struct actor *, struct error *) MUST_CHECK;
/* A good password from an address: its failures are back to 0 (no write if they are, but once a
 * day). */
bool db_account_succeeded(struct db *, int account, const char *address, struct error *) MUST_CHECK;

/* Is the principal's account as it was when it proved itself, and an administrator's? */
bool db_principal_find(
    struct db *, const struct principal *, bool *valid, bool *is_admin, struct error *) MUST_CHECK;

/* Create a group unless a principal of that name exists (*created says). Audited. */
bool db_group_add(
    struct db *, const char *name, const struct actor *, bool *created, struct error *) MUST_CHECK;
/* Disable or enable an account, which voids its tokens; forget the wrong passwords that lock it;
 * NOT_FOUND says why not: no such user, or the last administrator. Audited. */
bool db_account_enable(
    struct db *, const char *name, bool enabled, const struct actor *, struct error *) MUST_CHECK;
bool db_account_unlock(
    struct db *, const char *name, const struct actor *, struct error *) MUST_CHECK;

enum principal_kind { PRINCIPAL_USER = 1, PRINCIPAL_GROUP = 2 };

/* Remove a user or group with its memberships and rights; NOT_FOUND as above. Audited. */
bool db_principal_remove(struct db *, const char *name, enum principal_kind, const struct actor *,
    struct error *) MUST_CHECK;
/* Put a user into a group, or take it out; NOT_FOUND names the one that does not exist. Audited
 * if it changes anything. */
bool db_group_member(struct db *, const char *group, const char *user, bool member,
    const struct actor *, struct error *) MUST_CHECK;

struct account_group {
	const char *name;
	const char *members; /* comma separated */
};

/* After a name past `after` ("" at the start), in order of name. */
bool db_group_list(struct db *, const char *after, int limit, struct account_group **,
    size_t *count, struct error *) MUST_CHECK;

#endif
