/*
 * ES256 signatures as in signed schema 1 manifests (JSON Web Signature, RFC 7515; ECDSA on P-256
 * with SHA-256, RFC 7518, 3.4; key ids as libtrust makes them). They do not establish trust:
 * clients accept any key. GnuTLS is hidden behind this header.
 */
#ifndef OCI_SIGNATURE_H
#define OCI_SIGNATURE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"

#define SIGNER_SECRET_BYTES 96 /* d, x and y of the key, 32 bytes each */

struct signer;

/* Generate a key. */
void signer_make(unsigned char secret[SIGNER_SECRET_BYTES]);
/* INTERNAL if secret is not a valid key. */
struct signer *signer_open(
    const unsigned char secret[SIGNER_SECRET_BYTES], struct error *) MUST_CHECK;
void signer_close(struct signer *); /* NULL is fine */
/* The signature: base64url (arena) of r and s. */
const char *signer_sign(const struct signer *, struct arena *, const void *data, size_t length);
/* The public key (new reference): crv, kid, kty, x, y. */
json_t *signer_jwk(const struct signer *, struct arena *);

/* True if this key made this signature. Only EC keys on P-256; a kid must be the key's own. */
bool signature_verify(struct arena *, const json_t *jwk, const char *signature, const void *data,
    size_t length) MUST_CHECK;

#endif
