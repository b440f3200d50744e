/* Changing a password: users change their own by proving the old one; administrators may set the
 * password of others. */
#ifndef AUTH_PASSWORD_CHANGE_H
#define AUTH_PASSWORD_CHANGE_H

#include "base/config.h"
#include "db/access_decision.h"
#include "db/query.h"

struct password_change {
	const char *name;     /* of the account */
	const char *old;      /* its password; not checked if it is not the actor's own */
	const char *fresh;    /* the new password */
	const char *repeated; /* the same, as typed once more */
};

/*
 * Set the new password, which invalidates every token of the account. Audited.
 *
 * BAD_REQUEST: the new passwords differ or break a rule, or the old one is wrong (the message
 * begins with Artifactory's name of the field, which forms use, too); a wrong one counts as a
 * failed sign-in (auth.lock_failures and others of the settings). DENIED: the account is another's,
 * and the principal not an administrator. NOT_FOUND: no such user. TOOMANYREQUESTS, UNAVAILABLE:
 * see password_check().
 */
bool password_change(struct db *, const struct config *, const struct principal *,
    const struct actor *, const struct password_change *, struct error *) MUST_CHECK;

#endif
