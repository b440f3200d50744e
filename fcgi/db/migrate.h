/*
 * Migrate a database to the schema of the SQL files: each numbered migration once, then functions
 * and roles every time. It uses a plain connection of its own, because connections of the pool
 * prepare statements that need the schema.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/attributes.h"
#include "base/error.h"

struct migrate {
	const char *url;
	const char *directory; /* contains the directories migrations and functions and the file
				  roles.sql */
	FILE *print;           /* print the SQL here instead of running it; NULL: run it */
	FILE *report;          /* one line per step */
};

/*
 * Safe to run from several nodes at once: an advisory lock serialises them. It is an error if the
 * file of an applied migration has changed. CONFLICT: another migration is still running, or a
 * table is in use; UNAVAILABLE: the database cannot be reached.
 */
bool db_migrate(const struct migrate *, struct error *) MUST_CHECK;

#endif
