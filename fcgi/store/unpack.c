#include "config.h"

#include "store/unpack.h"

#ifdef HAVE_REPACK

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define PIECE (64 * 1024)
#define GZIP 16 /* zlib: expect a gzip header and trailer */

enum state {
	STATE_BETWEEN, /* before the first member of a gzip file, or between members */
	STATE_INSIDE,
	STATE_PLAIN,
	STATE_ENDED, /* bytes after the last member are not content */
	STATE_IMPOSSIBLE,
	STATE_STARVED /* memory ran out */
};

struct unpack {
	int fd;
	z_stream stream;
	struct hasher *packed, *plain;
	int64_t output, limit;
	enum state state;
	bool begun;
	unsigned char piece[PIECE];
};

static int64_t
output_limit(int64_t size)
{
	if (size <= UNPACK_MIN_BYTES / UNPACK_RATIO)
		return UNPACK_MIN_BYTES;
	return size < UNPACK_MAX_BYTES / UNPACK_RATIO ? size * UNPACK_RATIO : UNPACK_MAX_BYTES;
}

static bool
refuse_memory(struct error *err)
{
	return error_set(err, ERROR_UNAVAILABLE, "cannot unpack a layer: no memory");
}

static bool
unpack_open(struct unpack *unpack, const char *path, struct error *err)
{
	struct stat st;

	*unpack = (struct unpack){ .fd = open(path, O_RDONLY | O_CLOEXEC) };
	if (unpack->fd == -1 || fstat(unpack->fd, &st) == -1)
		return error_errno(err, "cannot open a layer");
	unpack->limit = output_limit(st.st_size);
	unpack->packed = hasher_new(DIGEST_SHA256);
	unpack->plain = hasher_new(DIGEST_SHA256);
	return (unpack->packed != NULL && unpack->plain != NULL &&
		   inflateInit2(&unpack->stream, MAX_WBITS + GZIP) == Z_OK) ||
	       refuse_memory(err);
}

static void
unpack_close(struct unpack *unpack)
{
	if (unpack->fd != -1)
		close(unpack->fd);
	inflateEnd(&unpack->stream);
	hasher_free(unpack->packed);
	hasher_free(unpack->plain);
}

/* Check whether a member begins here. */
static void
look(struct unpack *unpack, unsigned char first)
{
	if (first == 0x1f)
		unpack->state = STATE_INSIDE;
	else
		unpack->state = unpack->begun ? STATE_ENDED : STATE_PLAIN;
	unpack->begun = true;
}

/* Decompress into one buffer. */
static void
inflate_some(struct unpack *unpack)
{
	unsigned char plain[PIECE];
	int result;

	unpack->stream.next_out = plain;
	unpack->stream.avail_out = sizeof(plain);
	result = inflate(&unpack->stream, Z_NO_FLUSH);
	hasher_update(unpack->plain, plain, sizeof(plain) - unpack->stream.avail_out);
	unpack->output += (int64_t)(sizeof(plain) - unpack->stream.avail_out);
	if (unpack->output > unpack->limit)
		unpack->state = STATE_IMPOSSIBLE;
	else if (result == Z_STREAM_END && inflateReset(&unpack->stream) == Z_OK)
		unpack->state = STATE_BETWEEN;
	else if (result == Z_MEM_ERROR) /* the window is allocated now */
		unpack->state = STATE_STARVED;
	else if (result != Z_OK && result != Z_BUF_ERROR)
		unpack->state = STATE_IMPOSSIBLE;
}

static void
unpack_piece(struct unpack *unpack, size_t size)
{
	z_stream *stream = &unpack->stream;
	bool full = false;

	stream->next_in = unpack->piece;
	stream->avail_in = (uInt)size;
	while (stream->avail_in > 0 || full) {
		if (unpack->state == STATE_BETWEEN)
			look(unpack, *stream->next_in);
		if (unpack->state != STATE_INSIDE)
			break;
		inflate_some(unpack);
		full = unpack->state == STATE_INSIDE && stream->avail_out == 0;
	}
	if (unpack->state == STATE_PLAIN)
		hasher_update(unpack->plain, unpack->piece, size);
}

/* If the output exceeds its limit, only hash the rest, to tell a decompression bomb from a damaged
 * file. */
static bool
unpack_all(struct unpack *unpack, struct unpack_watch watch, struct error *err)
{
	ssize_t n;

	while ((n = read(unpack->fd, unpack->piece, sizeof(unpack->piece))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return error_errno(err, "cannot read a layer");
		if (watch.is_over != NULL && watch.is_over(watch.context))
			return error_set(err, ERROR_CLIENT_GONE, NULL);
		hasher_update(unpack->packed, unpack->piece, (size_t)n);
		if (unpack->output <= unpack->limit)
			unpack_piece(unpack, (size_t)n);
	}
	return true;
}

bool
unpack_digest(const char *path, const struct digest *packed, struct unpack_watch watch,
    struct digest *digest, bool *possible, struct error *err)
{
	struct unpack unpack;
	struct digest actual;
	bool ok = unpack_open(&unpack, path, err) && unpack_all(&unpack, watch, err);

	if (ok && (!hasher_digest(unpack.packed, &actual) || !hasher_digest(unpack.plain, digest)))
		ok = refuse_memory(err);
	if (ok && unpack.state == STATE_STARVED)
		ok = refuse_memory(err);
	if (ok && packed->algorithm == DIGEST_SHA256 && !digest_equal(&actual, packed))
		ok = error_set(err, ERROR_INTERNAL, "content is damaged");
	*possible = unpack.state != STATE_INSIDE && unpack.state != STATE_IMPOSSIBLE;
	unpack_close(&unpack);
	return ok;
}

#else

bool
unpack_digest(const char *path, const struct digest *packed, struct unpack_watch watch,
    struct digest *digest, bool *possible, struct error *err)
{
	(void)path;
	(void)packed;
	(void)watch;
	(void)digest;
	(void)possible;
	return error_set(
	    err, ERROR_UNSUPPORTED, "cannot unpack a layer: built without zlib and libzstd");
}

#endif
