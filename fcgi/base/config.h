/*
 * Settings: an INI file that is read once at start into one struct. One table (config_table.c)
 * holds the name, type, default and description of each key. `stowagectl config` prints the table;
 * a test compares the sample file and the manual with it.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/attributes.h"
#include "base/error.h"
#include "base/settings.h"

/*
 * Read path, or if path is NULL, $STOWAGE_CONFIG or the compiled-in default file. Unknown sections
 * and keys, repeated keys and values of the wrong type are errors that name file and line. Strings
 * are owned by the struct and live until the process exits.
 */
bool config_read(struct config *, const char *path, struct error *) MUST_CHECK;
/* Read the settings and open the program's log at their level, or exit with a message. */
void config_start(struct config *, const char *program, const char *path);
/* The section with this name; NULL if it does not exist. */
const void *config_find(const struct config_named *, const char *name);
/* Print the table: one line per key with type, default and description. */
void config_print(FILE *);

#endif
