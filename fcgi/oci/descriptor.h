/* Descriptors: what a manifest says about one blob or manifest (OCI Image Specification, "OCI
 * Content Descriptors"). */
#ifndef OCI_DESCRIPTOR_H
#define OCI_DESCRIPTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"
#include "oci/digest.h"

enum descriptor_role { DESCRIPTOR_CONFIG = 1, DESCRIPTOR_LAYER = 2, DESCRIPTOR_CHILD = 3 };

struct descriptor {
	enum descriptor_role role;
	const char *media_type;
	struct digest digest;
	int64_t size;
	const char *url;      /* the first of its `urls` that is http or https; NULL if absent */
	const char *platform; /* of a child: "linux/amd64"; "" if unknown */
	bool is_artifact;     /* a child with an artifactType */
	bool foreign; /* a layer of a non-distributable type or with `urls`; may be missing here */
};

/* Read a descriptor; *out and everything that it points to are in the arena. MANIFEST_INVALID: with
 * the place of the descriptor in its document. */
bool descriptor_read(struct arena *, json_t *, enum descriptor_role, const char *place,
    struct descriptor *, struct error *) MUST_CHECK;

#endif
