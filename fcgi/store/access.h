/* Check that another process may read the blobs, because the web server sends them. */
#ifndef STORE_ACCESS_H
#define STORE_ACCESS_H

#include <sys/types.h>

#include "store/store.h"

/* Check that a process with these groups, which owns nothing here, can read blobs; else DENIED,
 * with the path that denies access as the cause. Access control lists are ignored. */
bool store_readable_by(
    const struct store *, const gid_t *groups, size_t count, struct error *) MUST_CHECK;

#endif
