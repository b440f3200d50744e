/* Files of SQL: their text, and its digest. */
#ifndef DB_SQL_FILE_H
#define DB_SQL_FILE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"

struct sql_file {
	const char *name; /* "migrations/0001_registry.sql" */
	const char *text;
	const char *sha256; /* 64 hex digits */
};

/* Read DIRECTORY/NAME; the name is set. */
bool sql_file_read(
    struct arena *, const char *directory, struct sql_file *, struct error *) MUST_CHECK;
/* Read all files *.sql of DIRECTORY/KIND, in the order of their names. */
bool sql_files_read(struct arena *, const char *directory, const char *kind, struct sql_file **,
    int *count, struct error *) MUST_CHECK;

#endif
