/*
 * Digests: algorithm and value of content (OCI Image Specification, "Descriptors: Digests"). The
 * algorithms are sha256 and sha512, the two registered ones. GnuTLS is hidden behind this header.
 */
#ifndef OCI_DIGEST_H
#define OCI_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

enum digest_algorithm {
	DIGEST_SHA256 = 1,
	DIGEST_SHA512 = 2
}; /* the numbers are stored in the database */

#define DIGEST_BYTES_MAX 64
#define DIGEST_TEXT_SIZE (sizeof("sha512:") + 2 * DIGEST_BYTES_MAX)

struct digest {
	enum digest_algorithm algorithm;
	unsigned char value[DIGEST_BYTES_MAX]; /* digest_length() bytes; the rest is zero */
	char text[DIGEST_TEXT_SIZE];           /* "sha256:…", always consistent with value */
};

/* Parse "sha256:…" or "sha512:…"; anything else is DIGEST_INVALID. */
bool digest_parse(struct digest *, const char *text, struct error *) MUST_CHECK;
/* Set *digest from stored bytes; length must fit the algorithm. */
bool digest_set(
    struct digest *, enum digest_algorithm, const void *value, size_t length) MUST_CHECK;
size_t digest_length(enum digest_algorithm); /* in bytes: 32 or 64 */
const char *digest_algorithm_name(enum digest_algorithm);
bool digest_algorithm_parse(enum digest_algorithm *, const char *name) MUST_CHECK;
bool digest_equal(const struct digest *, const struct digest *);
/* Digest of bytes in memory. */
void digest_of(struct digest *, enum digest_algorithm, const void *data, size_t length);

/* Checksums for older clients; nothing here relies on them. */
enum checksum { CHECKSUM_MD5, CHECKSUM_SHA1 };
#define CHECKSUM_TEXT_SIZE (2 * 20 + 1)
/* In hexadecimal; "" if the cryptographic library refuses the algorithm, as in FIPS mode. */
void checksum_of(char text[CHECKSUM_TEXT_SIZE], enum checksum, const void *data, size_t length);

/* Hashing in steps. */
struct hasher;
struct hasher *hasher_new(enum digest_algorithm) MUST_CHECK; /* NULL if memory is exhausted */
void hasher_update(struct hasher *, const void *data, size_t length);
/* The digest of the bytes so far; hashing may continue. false if memory is exhausted. */
bool hasher_digest(const struct hasher *, struct digest *) MUST_CHECK;
void hasher_free(struct hasher *); /* NULL is fine */

#endif
