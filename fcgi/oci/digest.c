#include "oci/digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/log.h"

static const struct {
	const char *name;
	size_t length;
	gnutls_digest_algorithm_t gnutls;
} algorithms[] = {
	[DIGEST_SHA256] = { "sha256", 32, GNUTLS_DIG_SHA256 },
	[DIGEST_SHA512] = { "sha512", 64, GNUTLS_DIG_SHA512 },
};

struct hasher {
	enum digest_algorithm algorithm;
	gnutls_hash_hd_t handle; /* owned */
};

size_t
digest_length(enum digest_algorithm algorithm)
{
	return algorithms[algorithm].length;
}

const char *
digest_algorithm_name(enum digest_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

static bool
algorithm_find(enum digest_algorithm *out, const char *name, size_t length)
{
	for (enum digest_algorithm i = DIGEST_SHA256; i <= DIGEST_SHA512; i++)
		if (strlen(algorithms[i].name) == length &&
		    memcmp(algorithms[i].name, name, length) == 0) {
			*out = i;
			return true;
		}
	return false;
}

bool
digest_algorithm_parse(enum digest_algorithm *out, const char *name)
{
	return algorithm_find(out, name, strlen(name));
}

static void
write_text(struct digest *digest)
{
	const char *name = digest_algorithm_name(digest->algorithm);
	size_t length = strlen(name);

	memcpy(digest->text, name, length);
	digest->text[length] = ':';
	hex_encode(digest->text + length + 1, digest->value, digest_length(digest->algorithm));
}

bool
digest_parse(struct digest *digest, const char *text, struct error *err)
{
	const char *colon = strchr(text, ':');

	*digest = (struct digest){ 0 };
	if (colon == NULL)
		return error_set(err, ERROR_DIGEST_INVALID, "malformed digest");
	if (!algorithm_find(&digest->algorithm, text, (size_t)(colon - text)))
		return error_set(
		    err, ERROR_DIGEST_INVALID, "digest: algorithm must be sha256 or sha512");
	if (!hex_decode(digest->value, digest_length(digest->algorithm), colon + 1))
		return error_set(err, ERROR_DIGEST_INVALID, "malformed digest");
	write_text(digest);
	return true;
}

bool
digest_set(struct digest *digest, enum digest_algorithm algorithm, const void *value, size_t length)
{
	*digest = (struct digest){ .algorithm = algorithm };
	if ((algorithm != DIGEST_SHA256 && algorithm != DIGEST_SHA512) ||
	    length != digest_length(algorithm))
		return false;
	memcpy(digest->value, value, length);
	write_text(digest);
	return true;
}

bool
digest_equal(const struct digest *a, const struct digest *b)
{
	return a->algorithm == b->algorithm && memcmp(a->value, b->value, sizeof(a->value)) == 0;
}

void
digest_of(struct digest *digest, enum digest_algorithm algorithm, const void *data, size_t length)
{
	int code;

	*digest = (struct digest){ .algorithm = algorithm };
	/* This does not allocate. */
	code = gnutls_hash_fast(algorithms[algorithm].gnutls, data, length, digest->value);
	if (code != GNUTLS_E_SUCCESS)
		log_fatal("cannot hash: %s", gnutls_strerror(code));
	write_text(digest);
}

void
checksum_of(char text[CHECKSUM_TEXT_SIZE], enum checksum checksum, const void *data, size_t length)
{
	gnutls_digest_algorithm_t algorithm = checksum == CHECKSUM_MD5 ? GNUTLS_DIG_MD5
								       : GNUTLS_DIG_SHA1;
	unsigned char value[20];

	text[0] = '\0';
	if (gnutls_hash_fast(algorithm, data, length, value) == GNUTLS_E_SUCCESS)
		hex_encode(text, value, (size_t)gnutls_hash_get_len(algorithm));
}

struct hasher *
hasher_new(enum digest_algorithm algorithm)
{
	struct hasher *hasher = calloc(1, sizeof(*hasher));

	if (hasher == NULL)
		return NULL;
	hasher->algorithm = algorithm;
	if (gnutls_hash_init(&hasher->handle, algorithms[algorithm].gnutls) == GNUTLS_E_SUCCESS)
		return hasher;
	free(hasher);
	return NULL;
}

void
hasher_update(struct hasher *hasher, const void *data, size_t length)
{
	int code = gnutls_hash(hasher->handle, data, length); /* does not allocate */

	if (code != GNUTLS_E_SUCCESS)
		log_fatal("cannot hash: %s", gnutls_strerror(code));
}

bool
hasher_digest(const struct hasher *hasher, struct digest *digest)
{
	gnutls_hash_hd_t copy = gnutls_hash_copy(hasher->handle);

	if (copy == NULL)
		return false;
	*digest = (struct digest){ .algorithm = hasher->algorithm };
	gnutls_hash_deinit(copy, digest->value);
	write_text(digest);
	return true;
}

void
hasher_free(struct hasher *hasher)
{
	if (hasher == NULL)
		return;
	gnutls_hash_deinit(hasher->handle, NULL);
	free(hasher);
}
