/*
 * What a layer is unpacked, which image configs name (diff_id). Time and output are bounded: a
 * layer of a few bytes must not cost minutes.
 */
#ifndef STORE_UNPACK_H
#define STORE_UNPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "oci/digest.h"

/* Whatever its size, a layer may unpack to UNPACK_LEAST_BYTES; beyond that, to UNPACK_RATIO times
 * its size, and never to more than UNPACK_MOST_BYTES. */
#define UNPACK_MIN_BYTES (INT64_C(256) << 20)
#define UNPACK_RATIO 100
#define UNPACK_MAX_BYTES (INT64_C(64) << 30)

/* Asked between pieces: is nobody waiting for the result any more? */
struct unpack_watch {
	bool (*is_over)(const void *context); /* NULL: always somebody is */
	const void *context;
};

/*
 * SHA-256 of what the file `packed` at path holds unpacked, be it gzip or plain. *possible false:
 * it is damaged as it was pushed, or unpacks to more than the bounds, and trying again is of no
 * use. UNSUPPORTED if built without zlib, INTERNAL if the file is unreadable or not what it was,
 * CLIENT_GONE if the watch ended it.
 */
bool unpacked_digest(const char *path, const struct digest *packed, struct unpack_watch,
    struct digest *, bool *possible, struct error *) MUST_CHECK;

#endif
