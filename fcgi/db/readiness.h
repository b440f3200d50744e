/* Whether the database can serve. */
#ifndef DB_READINESS_H
#define DB_READINESS_H

#include "db/pool.h"

/* Check that the database answers, is writable, and has a usable schema; else UNAVAILABLE with a
 * message that says which. */
bool db_ready(struct db *, struct error *) MUST_CHECK;
/* *weakness: a message about settings of the server due to which a power failure can lose
 * acknowledged data; NULL: none. */
bool db_weakness(struct db *, const char **weakness, struct error *) MUST_CHECK;

#endif
