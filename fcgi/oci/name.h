/*
 * Grammar of names, tags and repository keys (OCI Distribution Specification 1.1, "Pulling
 * manifests").
 */
#ifndef OCI_NAME_H
#define OCI_NAME_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"

#define NAME_MAX_LENGTH 255
#define TAG_MAX_LENGTH 128

/* [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/…)*, at most 255 bytes; else NAME_INVALID. */
bool name_check(const char *name, struct error *) MUST_CHECK;
/* [A-Za-z0-9_][A-Za-z0-9._-]{0,127}; else TAG_INVALID. */
bool name_check_tag(const char *tag, struct error *) MUST_CHECK;
/* [A-Za-z0-9][A-Za-z0-9._-]{0,63}; else BAD_REQUEST. */
bool name_check_key(const char *key, struct error *) MUST_CHECK;

#endif
