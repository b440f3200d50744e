#include "config.h"

#include "store/repack.h"

#ifdef HAVE_REPACK

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define WINDOW_MOST 23 /* log2 of the window a frame may want: 8 MiB, as RFC 8878 asks for */
#define GZIP 16        /* zlib: write a gzip header and trailer */
#define LEVEL 1        /* whoever pulls waits for it */
#define MEMORY_LEVEL 8 /* zlib's usual */

struct repack {
	int file;
	ZSTD_DStream *unpack;
	z_stream pack;
	unsigned char *packed, *plain; /* buffers of unpack's liking */
	size_t packed_size, plain_size;
	ZSTD_inBuffer in;
	bool ended;    /* of the file */
	bool open;     /* inside a frame */
	bool finished; /* the trailer is out */
	bool failed;
	int64_t sent;
};

static void
repack_close(void *held)
{
	struct repack *repack = held;

	if (repack->file >= 0)
		close(repack->file);
	ZSTD_freeDStream(repack->unpack);
	deflateEnd(&repack->pack);
	free(repack->packed);
	free(repack->plain);
}

bool
repack_possible(void)
{
	return true;
}

/* More of the file, when all of the last piece is used; false: unreadable. */
static bool
fill(struct repack *repack)
{
	ssize_t n;

	if (repack->in.pos < repack->in.size || repack->ended)
		return true;
	do
		n = read(repack->file, repack->packed, repack->packed_size);
	while (n < 0 && errno == EINTR);
	repack->ended = n == 0;
	repack->in = (ZSTD_inBuffer){ repack->packed, n > 0 ? (size_t)n : 0, 0 };
	return n >= 0;
}

/* Plain bytes for the other side; false: damaged. */
static bool
unpack(struct repack *repack)
{
	ZSTD_outBuffer out = { repack->plain, repack->plain_size, 0 };

	while (out.pos == 0) {
		size_t left, before;

		if (!fill(repack))
			return false;
		before = repack->in.pos;
		left = ZSTD_decompressStream(repack->unpack, &out, &repack->in);
		if (ZSTD_isError(left))
			return false;
		if (repack->in.pos != before || out.pos > 0)
			repack->open = left != 0;
		else if (repack->ended)
			return !repack->open;
	}
	repack->pack.next_in = repack->plain;
	repack->pack.avail_in = (uInt)out.pos;
	return true;
}

struct repack *
repack_open(struct arena *arena, const char *path, struct error *err)
{
	struct repack *repack = arena_alloc(arena, sizeof(*repack));

	*repack = (struct repack){
		.file = -1, .packed_size = ZSTD_DStreamInSize(), .plain_size = ZSTD_DStreamOutSize()
	};
	arena_defer(arena, repack_close, repack);
	if ((repack->file = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
		error_errno(err, "cannot open a layer");
		return NULL;
	}
	repack->unpack = ZSTD_createDStream();
	repack->packed = malloc(repack->packed_size);
	repack->plain = malloc(repack->plain_size);
	if (repack->unpack == NULL || repack->packed == NULL || repack->plain == NULL ||
	    ZSTD_isError(
		ZSTD_DCtx_setParameter(repack->unpack, ZSTD_d_windowLogMax, WINDOW_MOST)) ||
	    deflateInit2(&repack->pack, LEVEL, Z_DEFLATED, MAX_WBITS + GZIP, MEMORY_LEVEL,
		Z_DEFAULT_STRATEGY) != Z_OK)
		arena_give_up(arena, repack->packed_size + repack->plain_size);
	/* Before anything is promised: what cannot be unpacked shows at its beginning. */
	if (unpack(repack))
		return repack;
	error_set(err, ERROR_UNSUPPORTED, "a layer is no zstd file that 8 MiB of memory unpack");
	return NULL;
}

static bool
step(struct repack *repack)
{
	bool last;
	int result;

	if (repack->pack.avail_in == 0 && !unpack(repack))
		return false;
	last = repack->ended && repack->pack.avail_in == 0;
	result = deflate(&repack->pack, last ? Z_FINISH : Z_NO_FLUSH);
	repack->finished = result == Z_STREAM_END;
	return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
}

ssize_t
repack_read(void *context, int64_t offset, void *buffer, size_t size)
{
	struct repack *repack = context;

	if (offset != repack->sent || repack->failed)
		return -1;
	repack->pack.next_out = buffer;
	repack->pack.avail_out = (uInt)(size > INT32_MAX ? INT32_MAX : size);
	size = repack->pack.avail_out;
	while (repack->pack.avail_out > 0 && !repack->finished && !repack->failed)
		repack->failed = !step(repack);
	size -= repack->pack.avail_out;
	repack->sent += (int64_t)size;
	return size == 0 && repack->failed ? -1 : (ssize_t)size;
}

#else

bool
repack_possible(void)
{
	return false;
}

struct repack *
repack_open(struct arena *arena, const char *path, struct error *err)
{
	(void)arena;
	(void)path;
	error_set(err, ERROR_UNSUPPORTED, "built without zlib and libzstd");
	return NULL;
}

ssize_t
repack_read(void *context, int64_t offset, void *buffer, size_t size)
{
	(void)context;
	(void)offset;
	(void)buffer;
	(void)size;
	return -1;
}

#endif
