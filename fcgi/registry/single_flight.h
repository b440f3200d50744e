/* Concurrent identical requests to an upstream are sent once per process. */
#ifndef REGISTRY_SINGLE_FLIGHT_H
#define REGISTRY_SINGLE_FLIGHT_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"

struct single_flights;

struct single_flights *single_flights_open(void) RETURNS_NONNULL;
void single_flights_close(struct single_flights *); /* no single flight may be running */

/* true: the caller must send the request, and call single_flight_end() with the same key. false:
 * another thread has just sent it; look the answer up, or see *outcome. Gives up (base/memory.h)
 * without leading. */
bool single_flight_begin(
    struct single_flights *, const char *key, struct error *outcome) MUST_CHECK;
/* outcome: for the waiting threads; ERROR_NONE if they are to look the answer up. */
void single_flight_end(struct single_flights *, const char *key, const struct error *outcome);

#endif
