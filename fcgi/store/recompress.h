/*
 * Layers compressed with zstd, given out compressed with gzip, for clients that know nothing newer.
 * Done while it is sent, in bounded memory; the size is not known before.
 */
#ifndef STORE_RECOMPRESS_H
#define STORE_RECOMPRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"

struct recompress; /* lives with the arena, which also closes its file */

/* Was this program built with what it takes? */
bool recompress_possible(void);
/* path: of a zstd file. UNSUPPORTED when not possible, or when it is damaged at its very beginning
 * or wants a window of more than 8 MiB (zstd --long, --ultra); INTERNAL when unreadable. */
struct recompress *recompress_open(struct arena *, const char *path, struct error *) MUST_CHECK;
/* At most `size` bytes of the gzip file, which are asked for one after the other: offset is what
 * was read so far. 0: the end; -1: the file is damaged, or wants more memory further on. */
ssize_t recompress_read(void *recompress, int64_t offset, void *buffer, size_t size);

#endif
