/*
 * Manifests and indexes: the content of a pushed document (OCI Image Specification "Image
 * Manifest", "Image Index"; Docker Image Manifest Version 2, Schema 2). The bytes themselves are
 * stored verbatim elsewhere; this is a parsed form of them.
 *
 * Refused with MANIFEST_INVALID: anything but one JSON object, invalid UTF-8, duplicate keys, too
 * deep nesting, a document that can be read both as manifest and as index (CVE-2021-41190), a
 * mediaType that differs from the Content-Type, descriptors without mediaType, digest or size,
 * negative sizes. Schema 1 is refused with a message that says so.
 */
#ifndef OCI_MANIFEST_H
#define OCI_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "oci/descriptor.h"
#include "oci/digest.h"
#include "oci/mediatype.h"

#define MANIFEST_MAX_BYTES (4 * 1024 * 1024)
#define MANIFEST_MAX_DESCRIPTORS 10000

struct manifest {
	const char *media_type;
	bool is_index;
	struct descriptor *blobs; /* config first, then layers; of an artifact: its blobs */
	size_t blob_count;
	struct descriptor *children; /* manifests of an index */
	size_t child_count;
	bool has_subject;
	struct digest subject;
	const char *artifact_type; /* artifactType, else the config's media type (rule of the
				      referrers API); "" if neither */
	const char
	    *annotations_json; /* compact JSON of the annotations, for referrers; "{}" if absent */
};

/*
 * *out and everything that it points to are in the arena. content_type is the value of the
 * request's header; NULL or "application/json": the document's own mediaType decides, else its
 * shape.
 */
bool manifest_parse(struct arena *, struct bytes payload, const char *content_type,
    struct manifest **out, struct error *) MUST_CHECK;

/* The first child of an index that is an image for this platform; NULL if not found. */
const struct descriptor *manifest_child_for(const struct manifest *, const char *platform);

/* The descriptor of this manifest in a referrers response (specification, "Listing Referrers"),
 * compact JSON. */
const char *manifest_referrer_json(
    struct arena *, const struct manifest *, const struct digest *, int64_t size);

#endif
