#include "config.h"

#include "store/recompress.h"

#ifdef HAVE_REPACK

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/memory.h"

#define WINDOW_MAX 23  /* log2 of the largest accepted window: 8 MiB, as RFC 8878 recommends */
#define GZIP 16        /* zlib: write a gzip header and trailer */
#define LEVEL 1        /* fast, because the client waits for it */
#define MEMORY_LEVEL 8 /* default of zlib */

struct recompress {
	int file;
	ZSTD_DStream *unpack;
	z_stream pack;
	unsigned char *packed, *plain; /* buffers of the sizes that zstd recommends */
	size_t packed_size, plain_size;
	ZSTD_inBuffer in;
	bool ended;    /* end of the file */
	bool open;     /* inside a frame */
	bool finished; /* the trailer is written */
	bool failed;
	int64_t sent;
};

static void
recompress_close(void *held)
{
	struct recompress *recompress = held;

	if (recompress->file >= 0)
		close(recompress->file);
	ZSTD_freeDStream(recompress->unpack);
	deflateEnd(&recompress->pack);
	free(recompress->packed);
	free(recompress->plain);
}

bool
recompress_possible(void)
{
	return true;
}

/* Read more of the file if all of the last piece is used; false if it is unreadable. */
static bool
fill(struct recompress *recompress)
{
	ssize_t n;

	if (recompress->in.pos < recompress->in.size || recompress->ended)
		return true;
	do
		n = read(recompress->file, recompress->packed, recompress->packed_size);
	while (n < 0 && errno == EINTR);
	recompress->ended = n == 0;
	recompress->in = (ZSTD_inBuffer){ recompress->packed, n > 0 ? (size_t)n : 0, 0 };
	return n >= 0;
}

/* Decompress some bytes as input of the compressor; false if the file is damaged. */
static bool
unpack(struct recompress *recompress)
{
	ZSTD_outBuffer out = { recompress->plain, recompress->plain_size, 0 };

	while (out.pos == 0) {
		size_t left, before;

		if (!fill(recompress))
			return false;
		before = recompress->in.pos;
		left = ZSTD_decompressStream(recompress->unpack, &out, &recompress->in);
		if (ZSTD_isError(left))
			return false;
		if (recompress->in.pos != before || out.pos > 0)
			recompress->open = left != 0;
		else if (recompress->ended)
			return !recompress->open;
	}
	recompress->pack.next_in = recompress->plain;
	recompress->pack.avail_in = (uInt)out.pos;
	return true;
}

struct recompress *
recompress_open(struct arena *arena, const char *path, struct error *err)
{
	struct recompress *recompress = arena_alloc(arena, sizeof(*recompress));

	*recompress = (struct recompress){
		.file = -1, .packed_size = ZSTD_DStreamInSize(), .plain_size = ZSTD_DStreamOutSize()
	};
	arena_defer(arena, recompress_close, recompress);
	if ((recompress->file = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
		error_errno(err, "cannot open a layer");
		return NULL;
	}
	recompress->unpack = ZSTD_createDStream();
	recompress->packed = malloc(recompress->packed_size);
	recompress->plain = malloc(recompress->plain_size);
	if (recompress->unpack == NULL || recompress->packed == NULL || recompress->plain == NULL ||
	    ZSTD_isError(
		ZSTD_DCtx_setParameter(recompress->unpack, ZSTD_d_windowLogMax, WINDOW_MAX)) ||
	    deflateInit2(&recompress->pack, LEVEL, Z_DEFLATED, MAX_WBITS + GZIP, MEMORY_LEVEL,
		Z_DEFAULT_STRATEGY) != Z_OK)
		memory_give_up(recompress->packed_size + recompress->plain_size);
	/* Check before anything is sent: a file that cannot be decompressed usually fails at its
	 * beginning. */
	if (unpack(recompress))
		return recompress;
	error_set(err, ERROR_UNSUPPORTED,
	    "cannot recompress a layer: damaged, or its zstd window is larger than 8 MiB");
	return NULL;
}

static bool
step(struct recompress *recompress)
{
	bool last;
	int result;

	if (recompress->pack.avail_in == 0 && !unpack(recompress))
		return false;
	last = recompress->ended && recompress->pack.avail_in == 0;
	result = deflate(&recompress->pack, last ? Z_FINISH : Z_NO_FLUSH);
	recompress->finished = result == Z_STREAM_END;
	return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
}

ssize_t
recompress_read(void *context, int64_t offset, void *buffer, size_t size)
{
	struct recompress *recompress = context;

	if (offset != recompress->sent || recompress->failed)
		return -1;
	recompress->pack.next_out = buffer;
	recompress->pack.avail_out = (uInt)(size > INT32_MAX ? INT32_MAX : size);
	size = recompress->pack.avail_out;
	while (recompress->pack.avail_out > 0 && !recompress->finished && !recompress->failed)
		recompress->failed = !step(recompress);
	size -= recompress->pack.avail_out;
	recompress->sent += (int64_t)size;
	return size == 0 && recompress->failed ? -1 : (ssize_t)size;
}

#else

bool
recompress_possible(void)
{
	return false;
}

struct recompress *
recompress_open(struct arena *arena, const char *path, struct error *err)
{
	(void)arena;
	(void)path;
	error_set(
	    err, ERROR_UNSUPPORTED, "cannot recompress a layer: built without zlib and libzstd");
	return NULL;
}

ssize_t
recompress_read(void *context, int64_t offset, void *buffer, size_t size)
{
	(void)context;
	(void)offset;
	(void)buffer;
	(void)size;
	return -1;
}

#endif
