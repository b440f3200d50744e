/* The digest of a decompressed layer, which image configs contain (diff_id). Time and output are
 * bounded: a layer of a few bytes must not cost minutes. */
#ifndef STORE_UNPACK_H
#define STORE_UNPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "oci/digest.h"

/* A layer of any size may decompress to UNPACK_MIN_BYTES; a larger one to UNPACK_RATIO times its
 * size, but never to more than UNPACK_MAX_BYTES. */
#define UNPACK_MIN_BYTES (INT64_C(256) << 20)
#define UNPACK_RATIO 100
#define UNPACK_MAX_BYTES (INT64_C(64) << 30)

/* Called between pieces: true if the result is not needed any more. */
struct unpack_watch {
	bool (*is_over)(const void *context); /* NULL: never over */
	const void *context;
};

/*
 * SHA-256 of the decompressed content of the file at path, whose digest is `packed`; it may be gzip
 * or plain. *possible false: it was pushed damaged, or decompresses to more than the limits, so a
 * retry is useless. UNSUPPORTED if built without zlib, INTERNAL if the file is unreadable or
 * differs from `packed`, CLIENT_GONE if the watch stopped it.
 */
bool unpack_digest(const char *path, const struct digest *packed, struct unpack_watch,
    struct digest *, bool *possible, struct error *) MUST_CHECK;

#endif
