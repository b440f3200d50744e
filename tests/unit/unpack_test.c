/* The digest of a decompressed layer, within limits. */
#include "config.h"

#include "store/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "test.h"

#ifdef HAVE_REPACK

#include <zlib.h>

#define PLAIN_BYTES (300 * 1024)

static char *directory;
static unsigned char plain[PLAIN_BYTES], packed[2 * PLAIN_BYTES];

/* A member of a gzip file. */
static size_t
pack(size_t at, const void *data, size_t length)
{
	z_stream stream = { .next_in = (unsigned char *)(uintptr_t)data, .avail_in = (uInt)length };

	assert_int_equal(
	    deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_out = packed + at;
	stream.avail_out = (uInt)(sizeof(packed) - at);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return (size_t)stream.total_out;
}

static const char *
write_file(const void *data, size_t length)
{
	static char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/layer", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	return path;
}

/* Decompress a file that has the expected digest. */
static bool
unpack(const void *data, size_t length, struct digest *digest)
{
	struct digest own;
	struct error err = { 0 };
	bool possible = false;

	digest_of(&own, DIGEST_SHA256, data, length);
	assert_true(unpack_digest(
	    write_file(data, length), &own, (struct unpack_watch){ 0 }, digest, &possible, &err));
	return possible;
}

static void
fill(void)
{
	unsigned state = 1;

	for (size_t i = 0; i < sizeof(plain); i++) {
		state = state * 1103515245 + 12345;
		plain[i] = (i / 1000) % 2 == 0 ? (unsigned char)(state >> 16) : 0;
	}
}

static void
members_and_plain_files_are_unpacked(void **state)
{
	struct digest digest, want;
	size_t length;

	(void)state;
	fill();
	digest_of(&want, DIGEST_SHA256, plain, sizeof(plain));
	assert_true(unpack(packed, pack(0, plain, sizeof(plain)), &digest));
	assert_true(digest_equal(&digest, &want));
	length = pack(0, plain, 1000);
	length += pack(length, plain + 1000, sizeof(plain) - 1000);
	assert_true(unpack(packed, length, &digest) && digest_equal(&digest, &want));
	memset(packed + length, 0, 100); /* padding of a tape */
	assert_true(unpack(packed, length + 100, &digest) && digest_equal(&digest, &want));
	plain[0] = 'x';
	digest_of(&want, DIGEST_SHA256, plain, sizeof(plain));
	assert_true(unpack(plain, sizeof(plain), &digest) && digest_equal(&digest, &want));
	digest_of(&want, DIGEST_SHA256, "", 0);
	assert_true(unpack("", 0, &digest) && digest_equal(&digest, &want));
	assert_true(unpack(packed, pack(0, "", 0), &digest) && digest_equal(&digest, &want));
}

static void
what_is_damaged_is_impossible(void **state)
{
	struct digest digest;
	size_t length;

	(void)state;
	fill();
	length = pack(0, plain, sizeof(plain));
	assert_false(unpack(packed, length - 1, &digest));
	assert_false(unpack(packed, length / 2, &digest));
	packed[length - 8] ^= 1; /* the checksum */
	assert_false(unpack(packed, length, &digest));
}

/* 300 MB of zeros in 300 KB. */
static void
bombs_are_impossible(void **state)
{
	size_t size = (size_t)UNPACK_MIN_BYTES + 1, length;
	unsigned char *zeros;
	struct digest digest, want;

	(void)state;
	skip_under_valgrind();
	zeros = calloc(1, size);
	assert_non_null(zeros);
	length = pack(0, zeros, size);
	assert_true(length < UNPACK_MIN_BYTES / UNPACK_RATIO);
	assert_false(unpack(packed, length, &digest));
	length = pack(0, zeros, size - 1);
	digest_of(&want, DIGEST_SHA256, zeros, size - 1);
	assert_true(unpack(packed, length, &digest) && digest_equal(&digest, &want));
	free(zeros);
}

/* A damaged file is not evidence about the layer. */
static void
other_bytes_are_an_error(void **state)
{
	struct digest digest, own;
	struct error err = { 0 };
	bool possible;
	size_t length;

	(void)state;
	fill();
	length = pack(0, plain, sizeof(plain));
	digest_of(&own, DIGEST_SHA256, packed, length);
	packed[length / 2] ^= 1;
	assert_false(unpack_digest(write_file(packed, length), &own, (struct unpack_watch){ 0 },
	    &digest, &possible, &err));
	assert_int_equal(err.code, ERROR_INTERNAL);
}

static bool
is_over(const void *context)
{
	(void)context;
	return true;
}

static void
nobody_waits_any_more(void **state)
{
	struct digest digest, own = { 0 };
	struct error err = { 0 };
	bool possible;

	(void)state;
	assert_false(unpack_digest(write_file("x", 1), &own, (struct unpack_watch){ is_over, NULL },
	    &digest, &possible, &err));
	assert_int_equal(err.code, ERROR_CLIENT_GONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_and_plain_files_are_unpacked),
		cmocka_unit_test(what_is_damaged_is_impossible),
		cmocka_unit_test(bombs_are_impossible),
		cmocka_unit_test(other_bytes_are_an_error),
		cmocka_unit_test(nobody_waits_any_more),
	};
	int failed;

	directory = directory_make();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests_name("unpack", tests, NULL, NULL);
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
