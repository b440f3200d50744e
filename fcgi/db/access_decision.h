/*
 * Who asks, and where they stand: what every statement of the serving path checks in passing.
 */
#ifndef DB_ACCESS_DECISION_H
#define DB_ACCESS_DECISION_H

#include <stdbool.h>

/* Bits of permission (acl.actions). */
enum action { ACTION_READ = 1, ACTION_WRITE = 2, ACTION_DELETE = 4, ACTION_MANAGE = 8 };

struct principal {
	int account; /* 0: anonymous */
	int epoch;   /* the account's epoch when it proved itself; a bump voids it */
};

/* Who did it, as the audit table records it. */
struct actor {
	int account;
	const char *name;    /* "" for anonymous */
	const char *request; /* request id, a UUID */
	const char *address; /* IP address, or NULL */
};

struct access_decision {
	bool repository_known; /* the key names an enabled repository of API v2 */
	bool blacked_out;
	bool principal_valid; /* account there, epoch fits, not disabled, not locked; true for
			      anonymous */
	bool allowed; /* the wanted action under this name on at least one leaf (found things imply
			 it) */
};

#endif
