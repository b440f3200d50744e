#include "oci/digest.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

#define ABC256 "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC512                                                                    \
	"sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" \
	"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

static void
both_algorithms_are_read(void **state)
{
	static const char *const texts[] = { ABC256, ABC512 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct error err = { 0 };
		struct digest read, computed;

		assert_true(digest_parse(&read, texts[i], &err));
		digest_of(&computed, read.algorithm, "abc", 3);
		assert_string_equal(read.text, texts[i]);
		assert_string_equal(computed.text, texts[i]);
		assert_true(digest_equal(&read, &computed));
		assert_true(digest_set(
		    &computed, read.algorithm, read.value, digest_length(read.algorithm)));
		assert_memory_equal(&read, &computed, sizeof(read));
	}
}

static void
anything_else_is_refused(void **state)
{
	static const char *const bad[] = { "", ":", "sha256", "sha256:", "sha256:../../x",
		"md5:d41d8cd98f00b204e9800998ecf8427e", (ABC256 "0"), (ABC256 "\n"), (" " ABC256),
		"SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
		"sha256:sha256:7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20",
		"sha256+b64:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha256" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = { 0 };
		struct digest digest;

		assert_false(digest_parse(&digest, bad[i], &err));
		assert_int_equal(err.code, ERROR_DIGEST_INVALID);
	}
}

static void
stored_bytes_must_fit_the_algorithm(void **state)
{
	unsigned char value[64] = { 1 };
	struct digest digest;

	(void)state;
	assert_true(digest_set(&digest, DIGEST_SHA256, value, 32));
	assert_false(digest_set(&digest, DIGEST_SHA256, value, 64));
	assert_false(digest_set(&digest, DIGEST_SHA512, value, 32));
	assert_false(digest_set(&digest, (enum digest_algorithm)3, value, 32));
	assert_false(digest_set(&digest, (enum digest_algorithm)0, value, 0));
}

static void
hashing_goes_on_after_a_look(void **state)
{
	struct hasher *hasher = hasher_new(DIGEST_SHA256);
	struct digest digest, empty;

	(void)state;
	assert_true(hasher_digest(hasher, &digest));
	digest_of(&empty, DIGEST_SHA256, "", 0);
	assert_true(digest_equal(&digest, &empty));
	hasher_update(hasher, "a", 1);
	assert_true(hasher_digest(hasher, &digest));
	assert_false(digest_equal(&digest, &empty));
	hasher_update(hasher, "", 0);
	hasher_update(hasher, "bc", 2);
	assert_true(hasher_digest(hasher, &digest));
	assert_string_equal(digest.text, ABC256);
	assert_true(hasher_digest(hasher, &digest));
	assert_string_equal(digest.text, ABC256);
	hasher_free(hasher);
	hasher_free(NULL);
}

static void
different_digests_are_not_equal(void **state)
{
	struct digest a, b, c;

	(void)state;
	digest_of(&a, DIGEST_SHA256, "a", 1);
	digest_of(&b, DIGEST_SHA256, "b", 1);
	digest_of(&c, DIGEST_SHA512, "a", 1);
	assert_false(digest_equal(&a, &b));
	assert_false(digest_equal(&a, &c));
}

static void
algorithms_have_names(void **state)
{
	enum digest_algorithm algorithm;

	(void)state;
	assert_true(digest_algorithm_parse(&algorithm, "sha512"));
	assert_int_equal(algorithm, DIGEST_SHA512);
	assert_false(digest_algorithm_parse(&algorithm, "sha51"));
	assert_false(digest_algorithm_parse(&algorithm, "sha5122"));
	assert_false(digest_algorithm_parse(&algorithm, ""));
	assert_string_equal(digest_algorithm_name(DIGEST_SHA256), "sha256");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_algorithms_are_read),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(stored_bytes_must_fit_the_algorithm),
		cmocka_unit_test(hashing_goes_on_after_a_look),
		cmocka_unit_test(different_digests_are_not_equal),
		cmocka_unit_test(algorithms_have_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
