/* Values of settings: from the text of the file to the member of a struct. */
#ifndef BASE_CONFIG_VALUE_H
#define BASE_CONFIG_VALUE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/config_table.h"
#include "base/error.h"

/* Set the option's member; false if the option does not accept the value. section: the struct that
 * contains the member; strings are copied into the arena. */
bool config_value_set(
    struct arena *, void *section, const struct config_option *, const char *text) MUST_CHECK;
/* Fill the error with the values that the option accepts; returns false. text: the refused value;
 * place: where it stands. */
bool config_value_refuse(
    const struct config_option *, const char *text, const char *place, struct error *);

#endif
