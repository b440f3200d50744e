/*
 * A blob that is not cached is fetched from its upstream once, for any number of clients and
 * processes, and is sent to all of them while it arrives (data-model 0, 7).
 *
 * Each process has one thread per blob. The thread holds the lease of the fetch, or watches the row
 * while another process holds it and takes the lease over when it expires. A fetch continues
 * without readers. The last byte is sent only when all bytes are verified, so a blob with the wrong
 * digest never looks complete.
 */
#ifndef REGISTRY_FETCH_H
#define REGISTRY_FETCH_H

#include <sys/types.h>

#include "db/remote.h"

struct db_pool;
struct store;
struct upstreams;
struct fetch;
struct fetches;

/* limit: of the blobs fetched at once. */
struct fetches *fetches_open(
    struct db_pool *, struct store *, struct upstreams *, size_t limit) RETURNS_NONNULL;
void fetches_close(struct fetches *);

/* The running fetch of a blob, or a new one: with a reference, see reader_follow(). */
struct fetch *fetch_join(struct fetches *, const struct remote *, const struct digest *,
    int64_t size, const char *source) RETURNS_NONNULL;

#endif
