/*
 * A fixed number of places, shared fairly. A holder may acquire another place while it holds fewer
 * than are free: a single holder gets half of the places, two holders get a third each, and a new
 * holder always gets one.
 */
#ifndef BASE_SHARE_H
#define BASE_SHARE_H

#include <stddef.h>

#include "base/attributes.h"

struct share;
struct share_place;

struct share *share_open(size_t places) RETURNS_NONNULL;
/* Call it after all places have been released. */
void share_close(struct share *);

/* holder: copied. NULL: the holder has its share already, or memory ran out. */
struct share_place *share_acquire(struct share *, const char *holder) MUST_CHECK;
void share_release(struct share_place *); /* NULL is fine */

#endif
