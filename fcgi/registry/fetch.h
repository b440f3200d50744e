/*
 * A cold blob is fetched from its upstream once, however many clients ask, in however many
 * processes, and reaches all of them while it arrives (data-model 0, 7).
 *
 * In a process each blob has one thread: it owns the fetch, or watches the row of the owner in
 * another process and takes over when that one falls silent. A fetch does not need anybody who
 * waits for it. Nobody gets the last byte before all are verified, so bytes that are not the
 * digest's never look complete.
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

/* Join the fetch of a digest that the remote's path was proven to show, of so many bytes. source: a
 * URL elsewhere (external layers), or NULL. The follower lives with the arena. */
struct reader *fetch_follow(struct fetches *, struct arena *, const struct remote *,
    const struct digest *, int64_t size, const char *source) RETURNS_NONNULL;
/* Wait until there is something to say: bytes, or the end. false: the fetch failed. *stored: it is
 * complete, and its row is there. *size: of the blob; not that of fetch_follow() if the upstream,
 * which has the bytes, says another. */
bool reader_wait(struct reader *, bool *stored, int64_t *size, struct error *) MUST_CHECK;
/* A reply_source's read. */
ssize_t reader_read(void *reader, int64_t offset, void *buffer, size_t size);

#endif
