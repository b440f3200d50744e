#include "oci/signature.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "oci/base64.h"
#include "oci/digest.h"

#define FIELD 32 /* bytes of a number on P-256 */
#define KID_BYTES 30

struct signer {
	gnutls_privkey_t key;
	unsigned char x[FIELD], y[FIELD];
};

/* Write a number as FIELD bytes: leading zeros are cut or added. */
static void
set_field(unsigned char field[FIELD], const gnutls_datum_t *number)
{
	const unsigned char *data = number->data;
	size_t size = number->size;

	while (size > FIELD && *data == 0)
		data++, size--;
	if (size > FIELD) /* of GnuTLS or of a generated key, never of a client */
		log_fatal("a number of P-256 has %zu bytes", size);
	memset(field, 0, FIELD - size);
	memcpy(field + FIELD - size, data, size);
}

/* With keys of ours GnuTLS fails only for want of memory, with whatever code. */
static void
check(int code, const char *what)
{
	if (code >= 0)
		return;
	log_line(LOG_LEVEL_ERROR, "cannot %s: %s", what, gnutls_strerror(code));
	memory_give_up(0);
}

void
signer_make(unsigned char secret[SIGNER_SECRET_BYTES])
{
	gnutls_datum_t x = { 0 }, y = { 0 }, d = { 0 };
	gnutls_privkey_t key;
	int code;

	check(gnutls_privkey_init(&key), "make a key");
	code = gnutls_privkey_generate(
	    key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (code >= 0)
		code = gnutls_privkey_export_ecc_raw2(key, NULL, &x, &y, &d, 0);
	gnutls_privkey_deinit(key);
	check(code, "make a key");
	set_field(secret, &d);
	set_field(secret + FIELD, &x);
	set_field(secret + 2 * FIELD, &y);
	gnutls_memset(d.data, 0, d.size);
	gnutls_free(d.data);
	gnutls_free(x.data);
	gnutls_free(y.data);
}

static gnutls_datum_t
datum(const void *data, size_t size)
{
	return (gnutls_datum_t){ .data = (unsigned char *)(uintptr_t)data, .size = (unsigned)size };
}

struct signer *
signer_open(const unsigned char secret[SIGNER_SECRET_BYTES], struct error *err)
{
	gnutls_datum_t d = datum(secret, FIELD), x = datum(secret + FIELD, FIELD),
		       y = datum(secret + 2 * FIELD, FIELD);
	struct signer *signer = calloc(1, sizeof(*signer));
	int code = signer == NULL ? GNUTLS_E_MEMORY_ERROR : gnutls_privkey_init(&signer->key);

	if (code >= 0)
		code = gnutls_privkey_import_ecc_raw(
		    signer->key, GNUTLS_ECC_CURVE_SECP256R1, &x, &y, &d);
	if (code < 0) {
		signer_close(signer);
		error_set(
		    err, code == GNUTLS_E_MEMORY_ERROR ? ERROR_UNAVAILABLE : ERROR_INTERNAL, NULL);
		error_cause(err, "the signing key: %s", gnutls_strerror(code));
		return NULL;
	}
	memcpy(signer->x, x.data, FIELD);
	memcpy(signer->y, y.data, FIELD);
	return signer;
}

void
signer_close(struct signer *signer)
{
	if (signer == NULL)
		return;
	gnutls_privkey_deinit(signer->key);
	free(signer);
}

const char *
signer_sign(const struct signer *signer, struct arena *arena, const void *data, size_t length)
{
	gnutls_datum_t in = datum(data, length), signature, r, s;
	unsigned char raw[2 * FIELD];
	int code;

	check(gnutls_privkey_sign_data2(signer->key, GNUTLS_SIGN_ECDSA_SHA256, 0, &in, &signature),
	    "sign");
	code = gnutls_decode_rs_value(&signature, &r, &s);
	gnutls_free(signature.data);
	check(code, "sign");
	set_field(raw, &r);
	set_field(raw + FIELD, &s);
	gnutls_free(r.data);
	gnutls_free(s.data);
	return base64_url_encode(arena, raw, sizeof(raw));
}

/* --- Public keys --- */

static void
free_public(void *held)
{
	gnutls_pubkey_t *key = held;

	if (*key != NULL)
		gnutls_pubkey_deinit(*key);
}

/* NULL if (x, y) is not a point of the curve. The arena releases it. */
static gnutls_pubkey_t
open_public(struct arena *arena, const unsigned char *x, const unsigned char *y)
{
	gnutls_pubkey_t *key = arena_alloc(arena, sizeof(gnutls_pubkey_t));
	gnutls_datum_t dx = datum(x, FIELD), dy = datum(y, FIELD);
	int code;

	arena_defer(arena, free_public, key);
	check(gnutls_pubkey_init(key), "read a key");
	code = gnutls_pubkey_import_ecc_raw(*key, GNUTLS_ECC_CURVE_SECP256R1, &dx, &dy);
	if (code == GNUTLS_E_MEMORY_ERROR)
		memory_give_up(0);
	return code >= 0 ? *key : NULL;
}

/* The hash of the encoded key in base32, twelve groups of four letters. */
static const char *
key_id(struct arena *arena, gnutls_pubkey_t key)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	char *text = arena_alloc(arena, 60), *out = text;
	gnutls_datum_t encoded;
	struct digest digest;

	check(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &encoded), "name a key");
	digest_of(&digest, DIGEST_SHA256, encoded.data, encoded.size);
	gnutls_free(encoded.data);
	for (size_t bit = 0; bit < KID_BYTES * 8; bit += 5) {
		unsigned pair = digest.value[bit / 8] << 8 | digest.value[bit / 8 + 1];

		if (bit > 0 && bit % 20 == 0)
			*out++ = ':';
		*out++ = letters[pair >> (11 - bit % 8) & 31];
	}
	*out = '\0';
	return text;
}

json_t *
signer_jwk(const struct signer *signer, struct arena *arena)
{
	gnutls_pubkey_t key = open_public(arena, signer->x, signer->y);

	if (key == NULL) /* signer_open() has checked that it belongs to the secret half */
		log_fatal("cannot read the signing key's public half");
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "crv", "P-256", "kid", key_id(arena, key),
	    "kty", "EC", "x", base64_url_encode(arena, signer->x, FIELD), "y",
	    base64_url_encode(arena, signer->y, FIELD));
}

static bool
read_field(struct arena *arena, const json_t *jwk, const char *name, struct bytes *field)
{
	const json_t *value = json_object_get(jwk, name);

	return json_is_string(value) &&
	       base64_url_decode(
		   arena, json_string_value(value), json_string_length(value), field) &&
	       field->length == FIELD;
}

static bool
is_signed_by(gnutls_pubkey_t key, const struct bytes *raw, const void *data, size_t length)
{
	gnutls_datum_t r = datum(raw->data, FIELD),
		       s = datum((const unsigned char *)raw->data + FIELD, FIELD), signature,
		       in = datum(data, length);
	int code = gnutls_encode_rs_value(&signature, &r, &s);

	if (code >= 0) {
		code = gnutls_pubkey_verify_data2(
		    key, GNUTLS_SIGN_ECDSA_SHA256, 0, &in, &signature);
		gnutls_free(signature.data);
	}
	if (code == GNUTLS_E_MEMORY_ERROR)
		memory_give_up(length);
	return code >= 0;
}

bool
signature_verify(
    struct arena *arena, const json_t *jwk, const char *signature, const void *data, size_t length)
{
	const char *crv = json_string_value(json_object_get(jwk, "crv"));
	const char *kty = json_string_value(json_object_get(jwk, "kty"));
	const json_t *kid = json_object_get(jwk, "kid");
	struct bytes x, y, raw;
	gnutls_pubkey_t key;

	if (crv == NULL || strcmp(crv, "P-256") != 0 || kty == NULL || strcmp(kty, "EC") != 0 ||
	    !read_field(arena, jwk, "x", &x) || !read_field(arena, jwk, "y", &y) ||
	    !base64_url_decode(arena, signature, strlen(signature), &raw) ||
	    raw.length != 2 * FIELD || (key = open_public(arena, x.data, y.data)) == NULL)
		return false;
	return (kid == NULL || (json_is_string(kid) &&
				   strcmp(json_string_value(kid), key_id(arena, key)) == 0)) &&
	       is_signed_by(key, &raw, data, length);
}
