/*
 * Signed schema 1 manifests (Docker Image Manifest Version 2, Schema 1), for docker 1.6 to 1.9.
 *
 * The payload is the document without its signatures; signatures and digest are computed over its
 * bytes. Layers are v1 images, top first, each with its JSON as a string.
 */
#ifndef OCI_SCHEMA1_H
#define OCI_SCHEMA1_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "oci/digest.h"
#include "oci/manifest.h"
#include "oci/signature.h"

struct schema1_entry {
	const char *text;   /* v1Compatibility */
	struct digest blob; /* blobSum */
};

struct schema1 {
	struct bytes payload;
	struct digest digest;
	const char *name, *tag, *architecture;
	struct schema1_entry *entries; /* top first */
	size_t count;
};

/* Parse a pushed document, all in the arena. MANIFEST_UNVERIFIED if a signature is not valid, or if
 * the document differs from its payload; MANIFEST_INVALID for every other fault. */
bool schema1_parse(
    struct arena *, struct bytes document, struct schema1 **, struct error *) MUST_CHECK;

/* Is a document of that type schema 1? NULL: the type is unknown. */
bool schema1_is(const char *content_type, struct bytes document);
/* Verify a signed document, and return its layers and the digest of its signed part. The name and
 * tag in it may differ from the request: images get copied. */
bool schema1_read(struct arena *, struct bytes document, struct manifest **, struct digest *,
    struct error *) MUST_CHECK;

/* Set payload and digest from the other fields, in the form that docker itself writes. */
void schema1_print(struct arena *, struct schema1 *);
/* The payload with a signature made at this time (RFC 3339). */
struct bytes schema1_sign(
    struct arena *, const struct schema1 *, const struct signer *, const char *time);

#endif
