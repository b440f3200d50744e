/*
 * Places of which everybody gets a fair share. A holder may take one more while it has fewer than
 * are free: alone it gets half of them, two get a third each, and a newcomer always finds one.
 */
#ifndef BASE_SHARE_H
#define BASE_SHARE_H

#include <stddef.h>

#include "base/attributes.h"

struct share;
struct share_place;

struct share *share_open(size_t places) RETURNS_NONNULL;
/* All places have been returned. */
void share_close(struct share *);

/* holder: copied. NULL: it has its share. */
struct share_place *share_take(struct share *, const char *holder) MUST_CHECK;
void share_return(struct share_place *); /* NULL is fine */

#endif
