/* One client of a fetch (fetch.h): waits for its bytes, and reads them while they arrive. */
#ifndef REGISTRY_READER_H
#define REGISTRY_READER_H

#include <sys/types.h>

#include "registry/fetch.h"

struct reader;

/* Join the fetch of a digest that the upstream was proven to have under remote->path. size: in
 * bytes. source: an external URL (foreign layers), or NULL. The reader lives with the arena. */
struct reader *reader_follow(struct fetches *, struct arena *, const struct remote *,
    const struct digest *, int64_t size, const char *source) RETURNS_NONNULL;
/* Wait for bytes, or for the end of the fetch. false: the fetch failed. *stored: the blob is
 * complete and has its row. *size: of the blob; differs from reader_follow()'s if the upstream,
 * which has the bytes, states another. */
bool reader_wait(struct reader *, bool *stored, int64_t *size, struct error *) MUST_CHECK;
/* The read function of a reply_source. */
ssize_t reader_read(void *reader, int64_t offset, void *buffer, size_t size);

#endif
