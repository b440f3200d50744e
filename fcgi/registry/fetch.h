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

struct relay;
struct fetches;
struct reader;

struct fetches *fetches_open(struct relay *, size_t limit) RETURNS_NONNULL;
void fetches_close(struct fetches *);

/* Join the fetch of a digest that the upstream was proven to have under remote->path. size: in
 * bytes. source: an external URL (foreign layers), or NULL. The reader lives with the arena. */
struct reader *fetch_follow(struct fetches *, struct arena *, const struct remote *,
    const struct digest *, int64_t size, const char *source) RETURNS_NONNULL;
/* Wait for bytes, or for the end of the fetch. false: the fetch failed. *stored: the blob is
 * complete and has its row. *size: of the blob; differs from fetch_follow()'s if the upstream,
 * which has the bytes, states another. */
bool reader_wait(struct reader *, bool *stored, int64_t *size, struct error *) MUST_CHECK;
/* The read function of a reply_source. */
ssize_t reader_read(void *reader, int64_t offset, void *buffer, size_t size);

#endif
