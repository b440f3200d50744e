/* The same question, asked by many at once, is put to an upstream once in a process. */
#ifndef REGISTRY_FLIGHT_H
#define REGISTRY_FLIGHT_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"

struct flights;

struct flights *flights_open(void) RETURNS_NONNULL;
void flights_close(struct flights *); /* none is under way */

/*
 * true: the caller is to ask, and to call flight_end() with the same key. false: somebody has just
 * asked; what came of it is where answers are kept, or in *outcome.
 */
bool flight_begin(struct flights *, const char *key, struct error *outcome) MUST_CHECK;
/* outcome: what the others shall know; ERROR_NONE if they shall look. */
void flight_end(struct flights *, const char *key, const struct error *outcome);

#endif
