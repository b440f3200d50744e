/* The same question, asked by many at once, is put to an upstream once in a process. */
#ifndef REGISTRY_SINGLE_FLIGHT_H
#define REGISTRY_SINGLE_FLIGHT_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"

struct single_flights;

struct single_flights *flights_open(void) RETURNS_NONNULL;
void flights_close(struct single_flights *); /* none is under way */

/*
 * true: the caller is to ask, and to call single_flight_end() with the same key. false: somebody
 * has just asked; what came of it is where answers are kept, or in *outcome.
 */
bool single_flight_begin(
    struct single_flights *, const char *key, struct error *outcome) MUST_CHECK;
/* outcome: what the others shall know; ERROR_NONE if they shall look. */
void single_flight_end(struct single_flights *, const char *key, const struct error *outcome);

#endif
