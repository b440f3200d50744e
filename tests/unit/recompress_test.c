/* zstd input, gzip output, with the same content. */
#include "config.h"

#include "store/recompress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "directory.h"
#include "test.h"

#ifdef HAVE_REPACK

#include <zlib.h>
#include <zstd.h>

#define PLAIN_MAX (3 * 1024 * 1024)

static char *directory;
static unsigned char plain[PLAIN_MAX], packed[2 * PLAIN_MAX], back[PLAIN_MAX + 1];

static const char *
write_file(size_t length)
{
	static char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/layer", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(packed, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	return path;
}

/* Half random, half zeros: not trivial for either format. */
static void
fill(size_t length)
{
	unsigned state = 1;

	for (size_t i = 0; i < length; i++) {
		state = state * 1103515245 + 12345;
		plain[i] = (i / 1000) % 2 == 0 ? (unsigned char)(state >> 16) : 0;
	}
}

static size_t
pack(size_t at, size_t from, size_t length)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t n;

	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	n = ZSTD_compress2(context, packed + at, sizeof(packed) - at, plain + from, length);
	ZSTD_freeCCtx(context);
	assert_false(ZSTD_isError(n));
	return n;
}

/* The decompressed output for a file of `length` compressed bytes; -1: it was cut off. */
static ssize_t
read_back(size_t length)
{
	static unsigned char gzip[2 * PLAIN_MAX];
	struct arena *arena = arena_new();
	struct error err = { 0 };
	struct recompress *recompress = recompress_open(arena, write_file(length), &err);
	z_stream stream = { 0 };
	int64_t total = 0;
	ssize_t n;
	int result;

	if (recompress == NULL) {
		assert_int_equal(err.code, ERROR_UNSUPPORTED);
		arena_free(arena);
		return -1;
	}
	while ((n = recompress_read(recompress, total, gzip + total, 10007)) > 0)
		total += n;
	assert_int_equal(
	    recompress_read(recompress, total + 1, gzip, 1), -1); /* reads must be sequential */
	arena_free(arena);
	if (n < 0)
		return -1;
	assert_int_equal(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
	stream.next_in = gzip;
	stream.avail_in = (uInt)total;
	stream.next_out = back;
	stream.avail_out = sizeof(back);
	result = inflate(&stream, Z_FINISH);
	assert_int_equal(result, Z_STREAM_END);
	assert_int_equal(stream.avail_in, 0);
	n = (ssize_t)stream.total_out;
	inflateEnd(&stream);
	return n;
}

static void
the_same_bytes_come_out(void **state)
{
	static const size_t sizes[] = { 0, 1, 1000, 128 * 1024, PLAIN_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fill(sizes[i]);
		assert_int_equal(read_back(pack(0, 0, sizes[i])), sizes[i]);
		assert_memory_equal(back, plain, sizes[i]);
	}
}

static void
frames_follow_each_other(void **state)
{
	static const unsigned char skippable[] = { 0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b',
		'c' };
	size_t length;

	(void)state;
	fill(300000);
	length = pack(0, 0, 100000);
	memcpy(packed + length, skippable, sizeof(skippable));
	length += sizeof(skippable);
	length += pack(length, 100000, 200000);
	assert_int_equal(read_back(length), 300000);
	assert_memory_equal(back, plain, 300000);
}

static void
damage_ends_it(void **state)
{
	size_t length;

	(void)state;
	fill(200000);
	length = pack(0, 0, 200000);
	assert_int_equal(read_back(length - 1), -1);
	assert_int_equal(read_back(length / 2), -1);
	memset(packed + length / 2, 0xff, 64);
	assert_int_equal(read_back(length), -1);
	memcpy(packed, "no zstd at all", 14);
	assert_int_equal(read_back(14), -1);
}

static void
memory_has_a_limit(void **state)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	ZSTD_inBuffer in = { plain, 1000, 0 };
	ZSTD_outBuffer out = { packed, sizeof(packed), 0 };

	(void)state;
	fill(1000);
	ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 24); /* 16 MiB */
	while (ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush) != 0)
		;
	while (ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) != 0)
		;
	ZSTD_freeCCtx(context);
	assert_int_equal(read_back(out.pos), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bytes_come_out),
		cmocka_unit_test(frames_follow_each_other),
		cmocka_unit_test(damage_ends_it),
		cmocka_unit_test(memory_has_a_limit),
	};
	int failed;

	directory = directory_make();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests_name("recompress", tests, NULL, NULL);
	directory_remove(directory);
	return failed;
}

#else

int
main(void)
{
	puts("1..0 # SKIP built without zlib and libzstd");
	return 0;
}

#endif
