/* The principal, the originator of an action, and the access decision that every statement of the
 * serving path computes along with its result. */
#ifndef DB_ACCESS_DECISION_H
#define DB_ACCESS_DECISION_H

#include <stdbool.h>

#include "db/words.h"

struct principal {
	int account;   /* 0: anonymous */
	int epoch;     /* the account's epoch at authentication; incrementing it invalidates the
			  principal */
	bool is_admin; /* found out for the REST interface only; else false */
};

/* The originator of an action, as recorded in the audit table. */
struct actor {
	int account;
	const char *name;    /* "" for anonymous */
	const char *request; /* request id, a UUID */
	const char *address; /* IP address, or NULL */
};

struct access_decision {
	bool repository_known; /* the key belongs to a repository of the statement's API version */
	bool blacked_out;
	bool principal_valid; /* the account exists, its epoch matches, it is not disabled; true for
				 anonymous */
	bool allowed; /* the required action is allowed under this name on at least one resolved
			 member (implied if something was found) */
};

#endif
