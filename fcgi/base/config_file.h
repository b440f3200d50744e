/* The syntax of the settings file: sections, keys, comments; and the defaults of missing keys. */
#ifndef BASE_CONFIG_FILE_H
#define BASE_CONFIG_FILE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"
#include "base/settings.h"

/* Read the file into the zeroed struct; its strings are in the arena. Errors name file and line. */
bool config_file_read(struct arena *, struct config *, const char *path, struct error *) MUST_CHECK;

#endif
