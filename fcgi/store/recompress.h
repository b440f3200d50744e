/* Recompress zstd layers with gzip, for clients that do not support zstd. This is done while the
 * layer is sent, in bounded memory; the size is not known before. */
#ifndef STORE_RECOMPRESS_H
#define STORE_RECOMPRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"

struct recompress; /* in the arena, which also closes its file */

/* True if this program was built with the necessary libraries. */
bool recompress_possible(void);
/*
 * path: of a zstd file. UNSUPPORTED if this program cannot recompress, or if the file is damaged at
 * its very beginning or needs a window of more than 8 MiB (zstd --long, --ultra); INTERNAL if it is
 * unreadable.
 */
struct recompress *recompress_open(struct arena *, const char *path, struct error *) MUST_CHECK;
/*
 * Read at most `size` bytes of the gzip file. Only sequential reads: offset must be the number of
 * bytes read before. 0: end of the file; -1: the file is damaged, or needs more memory further on.
 */
ssize_t recompress_read(void *recompress, int64_t offset, void *buffer, size_t size);

#endif
