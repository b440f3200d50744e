/*
 * Bringing a database to the schema of the SQL files: numbered migrations once each, then functions
 * and roles every time. It has a plain connection of its own, since the pool's prepares statements
 * that need the schema to be there.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/attributes.h"
#include "base/error.h"

struct migrate {
	const char *url;
	const char *directory; /* of the folders migrations and functions and the file roles.sql */
	FILE *print;           /* the SQL goes here instead of to the database; NULL: apply it */
	FILE *report;          /* one line per step */
};

/*
 * Safe to run from several nodes at once: an advisory lock lets one after the other. A migration
 * applied earlier whose file has changed is an error. CONFLICT: another one still runs, or a table
 * is in use; UNAVAILABLE: no database.
 */
bool db_migrate(const struct migrate *, struct error *) MUST_CHECK;

#endif
