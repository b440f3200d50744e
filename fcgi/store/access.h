/* Whether another process may read the blobs: the web server sends them. */
#ifndef STORE_ACCESS_H
#define STORE_ACCESS_H

#include <sys/types.h>

#include "store/store.h"

/* Can a process that has these groups, and owns nothing here, read blobs? Else DENIED, with the
 * path that keeps it out as the cause. Access control lists are not looked at. */
bool store_readable_by(
    const struct store *, const gid_t *groups, size_t count, struct error *) MUST_CHECK;

#endif
