/*
 * Manifests and indexes: what a pushed document says (OCI Image Specification "Image Manifest",
 * "Image Index"; Docker Image Manifest Version 2, Schema 2). The bytes themselves are kept verbatim
 * elsewhere; this is a reading of them.
 *
 * Refused with MANIFEST_INVALID: what is not one JSON object, invalid UTF-8, duplicate keys, too
 * deep, a document readable as manifest and as index at once (CVE-2021-41190), a mediaType that
 * differs from the Content-Type, descriptors without mediaType, digest or size, negative sizes.
 * Schema 1 is refused with a sentence that says so.
 */
#ifndef OCI_MANIFEST_H
#define OCI_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "oci/digest.h"
#include "oci/mediatype.h"

#define MANIFEST_MAX_BYTES (4 * 1024 * 1024)
#define MANIFEST_MAX_DESCRIPTORS 10000

enum descriptor_role { DESCRIPTOR_CONFIG = 1, DESCRIPTOR_LAYER = 2, DESCRIPTOR_CHILD = 3 };

struct descriptor {
	enum descriptor_role role;
	const char *media_type;
	struct digest digest;
	int64_t size;
	const char *url;      /* the first of its `urls` that is http or https; NULL if none */
	const char *platform; /* of a child: "linux/amd64"; "" if not said */
	bool is_artifact;     /* a child with an artifactType */
	bool foreign; /* a layer of a non-distributable type or with `urls`: it need not be here */
};

struct manifest {
	const char *media_type;
	bool is_index;
	struct descriptor *blobs; /* config first, then layers; artifacts: their blobs */
	size_t blob_count;
	struct descriptor *children; /* manifests of an index */
	size_t child_count;
	bool has_subject;
	struct digest subject;
	const char *artifact_type; /* "" if none: artifactType, else the config's media type
				      (referrers rule) */
	const char
	    *annotations_json; /* "{}" if none: compact JSON of the annotations, for referrers */
};

/* *out and what it points at live in the arena. content_type is the request's header value; NULL or
 * "application/json": the document's own mediaType decides, else its shape. */
bool manifest_parse(struct arena *, struct bytes payload, const char *content_type,
    struct manifest **out, struct error *) MUST_CHECK;

/* Of an index: the first child that is an image for this platform; NULL if there is none. */
const struct descriptor *manifest_child_for(const struct manifest *, const char *platform);

/* The descriptor the referrers API lists for this manifest (specification, "Listing Referrers"),
 * compact JSON. */
const char *manifest_referrer_json(
    struct arena *, const struct manifest *, const struct digest *, int64_t size);

#endif
